/* How long this page can be sent: a warning before the end, and a button that moves it. */
"use strict";

const AHEAD = 150;
const place = document.querySelector("[data-sendable]");
let end;
let timer;

function show(node) {
  place.querySelector("[role=status]").replaceChildren(node);
}

function over() {
  show(document.createTextNode(place.dataset.over));
}

/* By the clock, and not by the timer alone: a device that slept has missed some of it. */
function look() {
  clearTimeout(timer);
  const left = (end - Date.now()) / 1000;
  const status = place.querySelector("[role=status]");
  if (left <= 0) over();
  else if (left <= AHEAD && !status.firstChild) show(place.querySelector("template").content.cloneNode(true));
  if (left > 0) timer = setTimeout(look, Math.max(1, left > AHEAD ? left - AHEAD : left) * 1000);
}

function begin(seconds) {
  end = Date.now() + seconds * 1000;
  look();
}

async function stay(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    redirect: "error",
  }).catch(() => null);
  if (!answer?.ok) return show(document.createTextNode(place.dataset.gone));
  const told = await answer.json();
  const line = place.querySelector("p");
  line.textContent = told.said;
  line.tabIndex = -1;
  line.focus();
  show(document.createTextNode(told.said));
  setTimeout(() => place.querySelector("[role=status]").replaceChildren(), 1000);
  begin(told.seconds);
}

if (place) {
  begin(Number(place.dataset.sendable));
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    stay(event.target);
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
}
