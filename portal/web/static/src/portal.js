/* Small comforts. Every page works without them; pages that they change are the server's own. */
"use strict";

import { adopted } from "./files.js";
import "./leaving.js";
import "./passkeys.js";
import "./position.js";
import "./push.js";
import "./recorder.js";
import "./scanned.js";
import "./sendable.js";

const root = document.documentElement;
const PAUSE = 10_000;

root.classList.add("js");
document.querySelector(".summary[tabindex]")?.focus();

/* A second press sends nothing while the first is on its way. It is let through after a while:
   an answer that never came must not lock anybody out. */
const sent = new Set();

function release(form) {
  sent.delete(form);
  for (const button of form.querySelectorAll("[data-sent]")) {
    delete button.dataset.sent;
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    button.dataset.sent = "";
    button.setAttribute("aria-disabled", "true");
  }
  setTimeout(release, PAUSE, form);
});

// A page that comes back with the back button may be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of [...sent]) release(form);
});

/* A list that decides what comes next, or a button of a group: ask the server for the form as it
   would be then. */
let asking = null;

function state(control) {
  return control.type === "radio" || control.type === "checkbox" ? control.checked : control.value;
}

function body(form, name) {
  const data = new FormData(form);
  // Files stay in the page; they are not sent to choose from a list.
  for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
  data.append("refresh", name);
  return form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
}

/* What was typed while the answer was on its way, and files, go over to the new controls. */
function carry(form, fresh, before) {
  for (const [control, old] of before) {
    const next = control.id && fresh.querySelector(`#${CSS.escape(control.id)}`);
    if (!next || next.tagName !== control.tagName || next.type !== control.type) continue;
    if (control.type === "file") {
      if (control.files.length) next.replaceWith(control);
    } else if (state(control) !== old) {
      next["checked" in control && typeof old === "boolean" ? "checked" : "value"] = state(control);
    }
  }
}

function adopt(form, fresh, before) {
  carry(form, fresh, before);
  form.replaceChildren(...fresh.childNodes);
  adopted(form);
}

/* Ask for the form; the page is only changed by its own form, sent back by the server. */
async function ask(form, name, then) {
  const place = [...document.forms].indexOf(form);
  const before = [...form.elements].filter((one) => "value" in one).map((one) => [one, state(one)]);
  asking?.abort();
  asking = new AbortController();
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action") || location.href, {
      method: "POST",
      body: body(form, name),
      signal: asking.signal,
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.forms[place];
    if (answer.redirected || fresh?.getAttribute("action") !== form.getAttribute("action")) {
      throw new Error("another page");
    }
    const focused = form.contains(document.activeElement) && document.activeElement.id;
    adopt(form, fresh, before);
    form.removeAttribute("aria-busy");
    then(focused);
    return true;
  } catch (error) {
    if (error.name === "AbortError") return true;
    form.removeAttribute("aria-busy");
    return false;
  }
}

async function refresh(control) {
  const name =
    control.dataset.refresh ||
    control.closest("fieldset")?.querySelector("[name=refresh]")?.value ||
    control.name.replace(/-area$/, "");
  const back = (id) => id && document.getElementById(id)?.focus({ preventScroll: true });
  // The button that does the same without a script shows again.
  if (!(await ask(control.form, name, back))) root.classList.remove("js");
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-refresh]") && event.target.form) refresh(event.target);
});

/* Rows of a group. The answer is told by where the focus goes: into a row that came, to the button
   that adds after one that went, with a row that moved. */
const CONTROL = "input:not([type=hidden]),select,textarea";

function rowsOf(group) {
  return [...group.querySelectorAll("[data-row]")].map((row) => row.dataset.row);
}

function settle(id, press, before) {
  const group = document.getElementById(id);
  if (!group) return;
  const [, act, token] = press.split(":");
  const came = rowsOf(group).find((row) => !before.includes(row));
  const row = group.querySelector(`[data-row="${CSS.escape((act === "add" ? came : token) ?? "")}"]`);
  const add = group.querySelector("[name=refresh][value$=':add']");
  if (act === "add") (row?.querySelector(CONTROL) ?? row?.querySelector("h3") ?? add)?.focus();
  else if (act === "remove" || !row) (add ?? group).focus();
  else (row.querySelector(`[name=refresh][value="${CSS.escape(press)}"]`) ?? row.querySelector("[name=refresh]"))?.focus();
  const heading = row?.querySelector("h3")?.textContent;
  say(act === "remove" ? `${group.querySelector("legend")?.textContent.trim()}: ${rowsOf(group).length}` : heading);
}

/* One line that screen readers listen to; it is there before anything is said. */
const line = document.createElement("p");
line.className = "vh";
line.setAttribute("role", "status");
document.body.append(line);

function say(text) {
  line.textContent = text ?? "";
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-group] button[name=refresh]:not(.nojs)");
  if (!button?.form || event.defaultPrevented) return;
  event.preventDefault();
  const group = button.closest("[data-group]");
  const [id, press, before, { form }] = [group.id, button.value, rowsOf(group), button];
  if (await ask(form, press, () => settle(id, press, before))) return;
  // Without an answer the button does what it does without a script.
  form.requestSubmit(button);
});
