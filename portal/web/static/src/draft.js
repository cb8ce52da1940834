/* A form that saves itself while it is filled in, and keeps what it cannot send on the device.
   Nothing is thrown away unless the server has it, or its person says so. */
"use strict";

import * as device from "./device.js";

const PAUSE = 1500;
const AGAIN = 10_000;
const place = document.querySelector("[data-draft]");
const form = document.querySelector("form[data-save]");
const status = place.querySelector("[role=status]");
const notices = place.querySelector("[role=alert]");
const { dataset: words } = place;

/* One name for all pages of a tab: going back does not make another page of it. */
const session = {
  get page() {
    let name = sessionStorage.getItem("page");
    if (!name) {
      const random = crypto.getRandomValues(new Uint8Array(16));
      name = [...random].map((one) => one.toString(16).padStart(2, "0")).join("");
      sessionStorage.setItem("page", name);
    }
    return name;
  },
  turn() {
    const next = Number(sessionStorage.getItem("turn") ?? 0) + 1;
    sessionStorage.setItem("turn", next);
    return next;
  },
};

/* A tab that was duplicated has the name of the first one, and needs one of its own. */
navigator.locks?.request(session.page, { ifAvailable: true }, (lock) => {
  if (lock) return new Promise(() => {});
  sessionStorage.removeItem("page");
});

let changes = 0; // how often something was typed; what is saved is known up to one of them
let done = 0;
let state = "saved";
let timer;
let running = null;
let passing = false;
let loose = false; // something stands in this page alone
let stuck = false; // what was kept before cannot be sent either

function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

function tell(kind, text) {
  const shown = place.querySelector(`template[data-${kind}]`).content.cloneNode(true);
  shown.querySelector("[data-words]").textContent = text;
  notices.replaceChildren(shown);
}

/* What stands in the form, without files and without the token, which belongs to this sign-in. */
function entries() {
  const all = [...new FormData(form)];
  return all.filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
}

async function post(url, body) {
  if (!navigator.onLine) return { state: "away" };
  const told = new URLSearchParams(body);
  told.append("csrf_token", document.querySelector("[name=csrf_token]").value);
  const sent = { method: "POST", body: told, redirect: "error", keepalive: `${told}`.length < 60_000 };
  const answer = await fetch(url, sent).catch(() => null);
  if (!answer || answer.status >= 500) return { state: "away" };
  const is = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (is && answer.ok) return { state: "saved", ...(await answer.json()) };
  if (is && answer.status === 409) return { state: "elsewhere", ...(await answer.json()) };
  return { state: { 400: "out", 401: "out", 404: "gone" }[answer.status] ?? "refused" };
}

async function keep(body) {
  if (!device.can) return false;
  const url = new URL(form.dataset.save, location.href).pathname;
  return device.keep(words, session.page, { url, body }).then(() => true, () => false);
}

const forget = () => (device.can ? device.drop(`${words.draft} ${session.page}`).catch(() => null) : null);

function version(number) {
  const control = form.elements["saved-version"];
  control.value = Math.max(Number(control.value), number);
}

async function settle(told, body, upTo) {
  const was = state;
  state = told.state;
  if (state === "saved") {
    version(told.version);
    done = upTo;
    loose = false;
    if (was !== "saved") await forget();
    notices.replaceChildren();
    return changes === done && say(told.said);
  }
  // A draft that is no more is no place to send it to later.
  const onDevice = state === "gone" ? (await forget(), false) : await keep(body);
  say(state === "away" ? (onDevice ? words.device : words.away) : words.unsaved);
  loose = !onDevice && state !== "gone";
  if (state === "away") later(AGAIN);
  if (["out", "gone", "refused"].includes(state)) tell("plain", words[state]);
  if (state === "elsewhere") choose(told);
}

function choose(told) {
  tell("choice", told.said);
  notices.querySelector("[data-keep=mine]").addEventListener("click", () => {
    version(told.version);
    state = "away";
    save();
  });
  notices.querySelector("[data-keep=theirs]").addEventListener("click", async () => {
    await forget();
    location.reload();
  });
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

/* One after the other: a sending that is overtaken by the next one would say the past. */
async function save() {
  clearTimeout(timer);
  while (running) await running;
  if (changes === done || state === "elsewhere" || state === "gone") return;
  const upTo = changes;
  const body = entries();
  running = post(form.dataset.save, body).then((told) => settle(told, body, upTo));
  await running;
  running = null;
}

function changed() {
  changes += 1;
  if (state === "saved") say(words.unsaved);
  if (state !== "elsewhere" && state !== "gone") later(PAUSE);
}

/* What this device kept of the draft goes first; the page waits for it, then shows it. */
async function sendKept() {
  for (const one of await device.kept(words)) {
    const told = await post(one.url, one.body);
    if (told.state === "saved" || told.state === "gone") {
      await device.drop(one.id);
      if (told.state === "saved") return "again";
      continue;
    }
    return { told, one };
  }
  return null;
}

function open(is) {
  for (const one of document.querySelectorAll("main form")) one.inert = !is;
}

async function begin() {
  clearTimeout(timer);
  stuck = false;
  if (!device.can || !(await device.waiting(words.owner)) || !(await device.kept(words)).length) return;
  open(false);
  const left = await sendKept();
  if (left === "again") return location.reload();
  if (left === null) return open(true);
  stuck = true;
  say(words.device);
  if (left.told.state === "elsewhere") return chooseKept(left);
  tell("plain", left.told.state === "away" ? words.earlier : words[left.told.state]);
  timer = setTimeout(begin, AGAIN);
}

function chooseKept({ told, one }) {
  tell("choice", `${words.earlier} ${told.said}`);
  notices.querySelector("[data-keep=mine]").addEventListener("click", async () => {
    const body = one.body.filter(([name]) => name !== "saved-version");
    const { state: came } = await post(one.url, [...body, ["saved-version", told.version]]);
    if (came === "saved") await device.drop(one.id);
    location.reload();
  });
  notices.querySelector("[data-keep=theirs]").addEventListener("click", async () => {
    await device.drop(one.id);
    location.reload();
  });
}

function watch() {
  form.addEventListener("input", changed);
  form.addEventListener("adopted", changed);
  form.addEventListener("formdata", ({ formData }) => {
    formData.set("saved-page", session.page);
    formData.set("saved-turn", session.turn());
  });
  document.addEventListener("visibilitychange", () => document.hidden && save());
  addEventListener("beforeunload", (event) => loose && !passing && event.preventDefault());
  /* What is not with the server yet goes there first: without it, nothing is left to come back to. */
  form.addEventListener("submit", async (event) => {
    if (passing || state === "out" || (changes === done && navigator.onLine)) return;
    event.preventDefault();
    await save();
    if (state === "saved" && navigator.onLine) {
      passing = true;
      form.requestSubmit(event.submitter);
      passing = false;
    } else if (state === "elsewhere") notices.querySelector("button").focus();
    else if (state === "away") tell("plain", words.wait);
  });
}

addEventListener("online", () => (stuck ? begin() : save()));
if (form) watch();
begin();
