/* Lets this browser be rung. The form shows where a worker of ours stands and can be reached. */
const form = document.querySelector("form[data-push]");

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function offer() {
  const worker = await navigator.serviceWorker.ready;
  if (!worker.pushManager) return;
  const held = await worker.pushManager.getSubscription();
  form.querySelector('[value="ring"]').hidden = Boolean(held);
  form.querySelector('[value="leave"]').hidden = !held;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(worker, held, event.submitter).catch(() => {
      form.querySelector("[role=status]").textContent = form.dataset.refused;
    });
  });
}

async function change(worker, held, button) {
  const key = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) };
  const told = held ?? (await worker.pushManager.subscribe(key));
  form.elements.endpoint.value = told.endpoint;
  form.elements.key.value = text(told.getKey("p256dh"));
  form.elements.secret.value = text(told.getKey("auth"));
  if (held) await held.unsubscribe();
  const act = document.createElement("input");
  Object.assign(act, { type: "hidden", name: "act", value: button.value });
  form.append(act);
  form.submit();
}

if (form && "serviceWorker" in navigator) offer();
