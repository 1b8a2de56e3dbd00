// Countdowns, times in two zones, keys and menus. Every page works without it; with it, time stays honest.
"use strict";
(() => {
  const pad = (number) => String(number).padStart(2, "0");

  // How far the server's clock is ahead of this machine's, so that a wrong clock here does not lie.
  const served = Number(document.documentElement.dataset.now || 0);
  const ahead = served ? served - Date.now() : 0;
  const now = () => Date.now() + ahead;

  const span = (seconds) => {
    const whole = Math.abs(Math.trunc(seconds));
    if (whole < 3600) return `${pad(Math.floor(whole / 60))}:${pad(whole % 60)}`;
    if (whole < 86400) return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
    return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
  };
  const ago = (seconds) => {
    const whole = Math.max(0, Math.trunc(seconds));
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min`;
    if (whole < 86400) return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
    return `${Math.floor(whole / 86400)} d`;
  };
  const set = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  // What the tab is called while nothing is owed.
  const named = document.title;

  const tick = () => {
    for (const element of document.querySelectorAll("[data-due]")) {
      const left = (Date.parse(element.dataset.due) - now()) / 1000;
      const late = left < 0;
      element.classList.toggle("is-late", late);
      const text = element.querySelector("[data-count]") || element;
      set(text, late ? `late by ${ago(-left)}` : span(left));
    }
    for (const element of document.querySelectorAll("[data-since]")) {
      set(element, ago((now() - Date.parse(element.dataset.since)) / 1000));
    }
    for (const element of document.querySelectorAll("[data-until]")) {
      const left = (Date.parse(element.dataset.until) - now()) / 1000;
      set(element, left > 0 ? ago(Math.ceil(left)) : element.dataset.over);
    }
    for (const element of document.querySelectorAll("[data-out-at]")) {
      if (Date.parse(element.dataset.outAt) <= now()) element.classList.add("is-out");
    }
    const lead = document.querySelector("[data-title-due]");
    const left = lead ? (Date.parse(lead.dataset.titleDue) - now()) / 1000 : 0;
    // What is owed within the hour leads the tab's name.
    const title = lead && left < 3600 ? `${left < 0 ? `late ${ago(-left)}` : span(left)} · ${lead.dataset.titleRest}` : named;
    if (document.title !== title) document.title = title;
  };

  // One tap turns every time on the page from my zone to UTC and back.
  document.addEventListener("click", (event) => {
    const time = event.target.closest("time[data-utc]");
    if (time) {
      document.documentElement.classList.toggle("in-utc");
      for (const each of document.querySelectorAll("time[data-utc]")) {
        const other = each.dataset.utc;
        each.dataset.utc = each.textContent;
        each.textContent = other;
      }
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input, textarea")) target.focus();
    else target.click();
  });

  // An address that somebody wrote as one says it: the browser alone would refuse it.
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.type === "url" && field.value.trim() && !/^[a-z][a-z0-9+.-]*:/i.test(field.value.trim())) {
      field.value = `https://${field.value.trim()}`;
    }
  });

  // What was refused is where one goes on: the first wrong field, else the sentence about all of them.
  const wrong = document.querySelector("[aria-invalid='true']:not([type=hidden])");
  const refusal = document.querySelector("main .errorlist.nonfield");
  if (wrong) wrong.focus();
  else if (refusal) {
    refusal.tabIndex = -1;
    refusal.focus();
  }

  // A form that was sent is not sent twice by an impatient finger.
  document.addEventListener("submit", (event) => {
    for (const button of event.target.querySelectorAll("button[type=submit], button:not([type])")) {
      button.setAttribute("aria-disabled", "true");
      window.setTimeout(() => button.removeAttribute("aria-disabled"), 4000);
    }
  });

  // A wording to begin with goes into an empty text, never over what somebody wrote.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    const field = document.getElementById(button.dataset.fill);
    field.value = field.value.trim() ? `${field.value}\n\n${button.dataset.text}` : button.dataset.text;
    // Whoever listens to the field hears of it as if it had been typed.
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  const copy = async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) await navigator.clipboard.writeText(button.dataset.copy);
  };
  document.addEventListener("click", copy);

  tick();
  window.setInterval(tick, 1000);
  document.addEventListener("htmx:after:swap", tick);
})();
