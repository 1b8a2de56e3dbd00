// Fills a new time zone field with the zone this browser is in; whoever wants another one chooses it.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.querySelector(".is-wrong, .errorlist")) return;
  for (const select of document.querySelectorAll("select[data-own-zone]")) {
    if (select.value === "UTC" && select.querySelector(`option[value="${CSS.escape(zone)}"]`)) select.value = zone;
  }
});
