/* Small comforts. Every page works without them; pages that they change are the server's own. */
"use strict";

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

/* A list that decides what comes next: ask the server for the form as it is now. */
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
  const focused = form.contains(document.activeElement) && document.activeElement.id;
  carry(form, fresh, before);
  form.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function refresh(control) {
  const form = control.form;
  const place = [...document.forms].indexOf(form);
  const name =
    control.dataset.refresh ||
    control.closest("fieldset")?.querySelector("[name=refresh]")?.value ||
    control.name.replace(/-area$/, "");
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
    adopt(form, fresh, before);
    form.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name === "AbortError") return;
    form.removeAttribute("aria-busy");
    // The button that does the same without a script shows again.
    root.classList.remove("js");
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-refresh]") && event.target.form) refresh(event.target);
});
