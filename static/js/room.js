// The room's own movements: tabs on a phone, a quiet bar when entries arrive above what one reads, what is folded
// out stays so, and the composer says how many people it reaches.
"use strict";
(() => {
  const room = document.querySelector(".room");
  if (!room) return;

  const choose = (tab) => {
    room.dataset.tab = tab;
    for (const button of document.querySelectorAll(".tabs button")) {
      button.setAttribute("aria-selected", String(button.dataset.tab === tab));
    }
  };
  // Whoever sends an update comes back to where they wrote it.
  choose(sessionStorage.getItem("tab") || "now");
  sessionStorage.removeItem("tab");
  document.querySelector(".composer form")?.addEventListener("submit", () => {
    sessionStorage.setItem("tab", room.dataset.tab);
  });
  document.querySelector(".tabs")?.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-tab]");
    if (button) {
      choose(button.dataset.tab);
      window.scrollTo({ top: 0 });
    }
  });

  document.querySelector(".tabs")?.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    const tabs = [...event.currentTarget.querySelectorAll("button")];
    const next = tabs[(tabs.indexOf(document.activeElement) + way + tabs.length) % tabs.length];
    next.focus();
    choose(next.dataset.tab);
  });

  const bar = document.querySelector(".new-entries");
  let seen = Number(document.querySelector("[data-last]")?.dataset.last || 0);
  document.addEventListener("htmx:after:swap", () => {
    const last = Number(document.querySelector("[data-last]")?.dataset.last || 0);
    const away = document.querySelector("#timeline")?.getBoundingClientRect().top < -200;
    if (last > seen && away && bar) {
      bar.textContent = `${last - seen} new — to the top of the timeline`;
      bar.classList.add("has-news");
    } else {
      seen = last;
    }
  });
  bar?.addEventListener("click", () => {
    seen = Number(document.querySelector("[data-last]")?.dataset.last || 0);
    bar.classList.remove("has-news");
    document.querySelector("#timeline").scrollIntoView();
  });

  // What somebody folded out stays so when the room looks again.
  const unfolded = new Set();
  document.addEventListener("toggle", (event) => {
    const { id, open } = event.target;
    if (!id || !room.contains(event.target)) return;
    if (open) unfolded.add(id);
    else unfolded.delete(id);
  }, true);
  document.addEventListener("htmx:before:swap", () => {
    for (const each of room.querySelectorAll("details[id][open]")) unfolded.add(each.id);
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const id of [...unfolded]) {
      const folded = document.getElementById(id);
      if (folded && !folded.open) folded.open = true;
    }
  });

  // Everybody is one number, the sum of the audiences they are in; whoever is in two that are ticked counts once.
  const bits = { responders: 1, stakeholders: 2, executives: 4 };
  const composer = document.querySelector(".composer form");
  const count = () => {
    const people = (document.querySelector("[data-reach]")?.dataset.reach || "").split(",").filter(Boolean).map(Number);
    const reached = (mask) => people.filter((one) => one & mask).length;
    for (const element of composer.querySelectorAll("[data-count-of]")) {
      element.textContent = `(${reached(bits[element.dataset.countOf])})`;
    }
    const ticked = [...composer.querySelectorAll("input[name=audiences]:checked")].map((box) => box.value);
    const inside = ticked.reduce((mask, name) => mask | (bits[name] || 0), 0);
    const drafts = ticked.includes("public");
    // Nobody else is there yet: it is written down all the same.
    const number = reached(inside);
    const send = number ? `Send to ${number}` : drafts ? "Keep as draft" : "Write down";
    composer.querySelector("[data-send]").textContent = number && drafts ? `${send}, and draft` : send;
  };
  if (composer) {
    composer.addEventListener("change", count);
    document.addEventListener("htmx:after:swap", count);
    count();
  }

  // What one was writing survives a reload.
  const draft = document.querySelector("[data-keep]");
  if (draft) {
    const key = `draft:${draft.dataset.keep}`;
    if (!draft.value) draft.value = sessionStorage.getItem(key) || "";
    draft.addEventListener("input", () => sessionStorage.setItem(key, draft.value));
    draft.form.addEventListener("submit", () => sessionStorage.removeItem(key));
  }
})();
