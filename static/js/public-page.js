// The public page reads without this; with it, times are also the reader's, bars answer to keys, and an old copy says so.
"use strict";
(() => {
  const minute = 60000;
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const span = (left) => {
    const minutes = Math.ceil(left / minute);
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };

  each("time[datetime*=T]", (time) => {
    time.title = `${full.format(new Date(time.dateTime))} where you are`;
  });

  // "(in 12 min, 15:30 where you are)"; nothing once the time has come.
  const promises = [...document.querySelectorAll("[data-promise]")].map((line) => {
    const note = line.appendChild(document.createElement("span"));
    return [new Date(line.querySelector("time").dateTime), note];
  });
  const elsewhere = new Date().getTimezoneOffset() !== 0;
  const asOf = document.querySelector("[data-as-of] time");
  const tick = () => {
    for (const [at, note] of promises) {
      const left = at - Date.now();
      note.textContent = left > 0 ? ` (in ${span(left)}${elsewhere ? `, ${clock.format(at)} where you are` : ""})` : "";
    }
    const old = asOf && Date.now() - new Date(asOf.dateTime) > 15 * minute;
    each("[data-stale]", (banner) => { banner.hidden = !old; });
  };
  tick();
  setInterval(tick, 15000);

  each(".days", (days) => {
    const bars = days.querySelector("svg");
    const said = days.querySelector(".pick");
    const marks = [...bars.children];
    const words = marks.map((mark) => mark.querySelector("title").textContent);
    let at = marks.length - 1;
    const set = (name, value) => bars.setAttribute(name, value);
    const pick = (next) => {
      marks[at].classList.remove("picked");
      at = Math.max(0, Math.min(marks.length - 1, next));
      marks[at].classList.add("picked");
      set("aria-valuenow", at);
      set("aria-valuetext", words[at]);
      said.textContent = words[at];
      said.hidden = false;
    };
    set("role", "slider");
    set("tabindex", "0");
    set("aria-valuemin", 0);
    set("aria-valuemax", at);
    set("aria-valuenow", at);
    set("aria-valuetext", words[at]);
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 7, PageDown: -7, Home: -Infinity, End: Infinity };
    bars.addEventListener("keydown", (event) => {
      if (!(event.key in steps)) return;
      event.preventDefault();
      pick(at + steps[event.key]);
    });
    bars.addEventListener("click", (event) => {
      const hit = marks.indexOf(event.target.closest("rect, path"));
      if (hit >= 0) pick(hit);
    });
    bars.addEventListener("blur", () => {
      marks[at].classList.remove("picked");
      said.hidden = true;
    });
  });
})();
