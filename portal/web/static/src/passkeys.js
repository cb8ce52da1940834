/* Passkeys: forms that a device answers. Where none can, they stay hidden and the page says so.
   What is sent to the device comes from the server, what it answers goes there as it is. */
"use strict";

const can = Boolean(window.PublicKeyCredential && navigator.credentials?.create);
const FORMS = "form[data-passkey]";
// A challenge lasts five minutes; one that waits in a field is asked for anew before that.
const ANEW = 4 * 60_000;
let waiting = null;

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

async function options(form) {
  const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error("no options");
  const told = await answer.json();
  return {
    ...told,
    challenge: bytes(told.challenge),
    ...(told.user && { user: { ...told.user, id: bytes(told.user.id) } }),
    allowCredentials: named(told.allowCredentials),
    excludeCredentials: named(told.excludeCredentials),
  };
}

function said(credential) {
  const { response } = credential;
  const told = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    told.attestationObject = text(response.attestationObject);
    told.transports = response.getTransports?.() ?? [];
  } else {
    told.authenticatorData = text(response.authenticatorData);
    told.signature = text(response.signature);
    if (response.userHandle) told.userHandle = text(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: told,
  });
}

async function asked(form, more = {}) {
  const publicKey = await options(form);
  return form.dataset.passkey === "make"
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey, ...more });
}

function send(form, credential) {
  (form.elements.assertion ?? form.elements.credential).value = said(credential);
  form.requestSubmit();
}

function tell(form, error) {
  const { stopped, known, failed } = form.dataset;
  const names = { NotAllowedError: stopped, AbortError: stopped, InvalidStateError: known };
  const line = form.querySelector("[role=status]");
  line.hidden = false;
  line.textContent = names[error.name] || failed;
}

async function answer(form) {
  waiting?.abort();
  form.setAttribute("aria-busy", "true");
  try {
    send(form, await asked(form));
  } catch (error) {
    tell(form, error);
    if ("autofill" in form.dataset) offer(form);
  }
  form.removeAttribute("aria-busy");
}

/* Offered in the field of the name, by browsers that can; nothing is said when it is not taken. */
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  waiting?.abort();
  const own = (waiting = new AbortController());
  const again = setTimeout(offer, ANEW, form);
  try {
    const credential = await asked(form, { mediation: "conditional", signal: own.signal });
    if (!own.signal.aborted) send(form, credential);
  } catch {
    if (waiting === own) waiting = null;
  }
  clearTimeout(again);
}

// Listens before the guard against a second press does: what is not sent yet must not count.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(FORMS) || (form.elements.assertion ?? form.elements.credential).value) return;
  event.preventDefault();
  if (!form.hasAttribute("aria-busy")) answer(form);
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll(FORMS)) {
    (form.elements.assertion ?? form.elements.credential).value = "";
  }
});

if (can) {
  for (const form of document.querySelectorAll(FORMS)) form.hidden = false;
  for (const line of document.querySelectorAll("[data-no-passkey]")) line.hidden = true;
  const form = document.querySelector(`${FORMS}[data-autofill]`);
  if (form) offer(form);
}
