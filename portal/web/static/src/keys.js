/* Single keys of the desk. All that they do can be done without them: they press what is on the page.

   They rest while somebody types, and can be switched off on the device (WCAG 2.1.4). */
"use strict";

const OFF = "keys-off";
const TYPING = "input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable]";
const A_WHILE = 1500;
const panel = document.getElementById("keys");
const choice = document.getElementById("keys-on");
let going = 0;

function remembered() {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false;
  }
}

function remember(off) {
  try {
    if (off) localStorage.setItem(OFF, "");
    else localStorage.removeItem(OFF);
  } catch {
    // A device that keeps nothing begins each page with the keys on.
  }
}

/* The letter on the key, also where the keyboard writes another script. */
function pressed(event) {
  if (event.key === "?" || event.key === "\u061f") return "?";
  if (/^[a-z0-9/]$/i.test(event.key)) return event.key.toLowerCase();
  return /^(?:Key|Digit)(.)$/.exec(event.code)?.[1].toLowerCase() ?? "";
}

function rows() {
  return [...document.querySelectorAll(".queue tbody .key a")];
}

function row() {
  return document.activeElement.closest?.(".queue tbody tr");
}

function step(by) {
  const links = rows();
  const here = links.indexOf(row()?.querySelector(".key a"));
  const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by;
  links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
}

function help() {
  panel.open = !panel.open;
  if (panel.open) panel.querySelector("summary").focus();
}

/* A fold is opened at its first field, a link or button is pressed, a part is gone to. */
function use(one) {
  if (one.matches("summary")) {
    const fold = one.closest("details");
    fold.open = true;
    fold.querySelector("textarea,input:not([type=hidden])")?.focus();
  } else if (one.matches("a,button")) {
    one.click();
  } else {
    (one.matches("input") ? one : one.querySelector("input:not([type=hidden]),textarea,select"))?.focus();
  }
}

const ACTS = {
  "?": help,
  j: () => step(1),
  k: () => step(-1),
  o: () => row()?.querySelector(".key a").click(),
  x: () => row()?.querySelector("input[type=checkbox]")?.click(),
};

function go(key) {
  document.querySelectorAll(".nav a")[Number(key) - 1]?.click();
}

function act(key) {
  if (going && /^[1-9]$/.test(key)) return () => go(key);
  if (ACTS[key]) return ACTS[key];
  const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return found && (() => use(found));
}

document.addEventListener("keydown", (event) => {
  const key = pressed(event);
  const busy = event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat;
  if (!key || busy || event.defaultPrevented || !choice?.checked) return;
  if (event.target.closest?.(TYPING)) return;
  if (key === "g") {
    going = Date.now();
    return;
  }
  if (Date.now() - going > A_WHILE) going = 0;
  const done = act(key);
  going = 0;
  if (!done) return;
  event.preventDefault();
  done();
});

if (panel) {
  panel.hidden = false;
  choice.checked = !remembered();
  choice.addEventListener("change", () => remember(!choice.checked));
}
