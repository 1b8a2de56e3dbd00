// The promise of a bulletin follows the chosen state, and the clock, until somebody sets another.
// All times here are wall clock times of the person's own zone; only their differences are used.
"use strict";
(() => {
  const field = document.getElementById("id_next_update_at");
  const words = document.querySelector("[data-promise-words]");
  if (!field || !words) return;
  const opened = Date.now();
  const read = (wall) => Date.parse(`${wall}Z`);
  const minute = 60000;
  const now = () => read(words.dataset.now) + Date.now() - opened;
  const drawn = () => document.querySelector("input[name=state]:checked")?.dataset.promise || "";

  // What the cadence asks for: as it was drawn, moved on by every full minute that has passed since.
  const asked = () => {
    if (!drawn()) return "";
    const passed = words.dataset.moves ? Math.floor((Date.now() - opened) / minute) * minute : 0;
    return new Date(read(`${drawn()}:00`) + passed).toISOString().slice(0, 16);
  };
  let touched = Boolean(field.value) && field.value.slice(0, 16) !== asked();

  const speak = () => {
    const left = Math.round((read(`${field.value.slice(0, 16)}:00`) - now()) / minute);
    words.textContent = !field.value ? "" : left > 0 ? `in ${left} min · ${field.value.slice(11, 16)}` : "this time is over";
  };
  const follow = () => {
    if (!touched) field.value = asked();
    speak();
  };
  field.addEventListener("input", () => {
    touched = true;
    speak();
  });
  // A wording nobody has touched gives way to that of the state one chooses; what somebody wrote stays.
  const text = document.getElementById("id_body");
  const states = [...document.querySelectorAll("input[name=state]")];
  const reword = (state) => {
    const untouched = states.some((one) => one.dataset.wording.trim() === text.value.trim());
    if (untouched) text.value = state.dataset.wording;
  };
  for (const state of states) {
    state.addEventListener("change", () => {
      reword(state);
      follow();
    });
  }
  window.setInterval(follow, 1000);
  follow();
})();
