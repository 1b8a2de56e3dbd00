// Sets light or dark before the first paint: as the person chose here, else as their system says.
"use strict";
(() => {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("theme");
    const dark = chosen ? chosen === "dark" : system.matches;
    document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme]");
    if (!button) return;
    if (button.dataset.theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", button.dataset.theme);
    apply();
  });
})();
