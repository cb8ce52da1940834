/* Files before they are sent: one that is too large is said so at once, a photo is shown small. */
"use strict";

const EDGE = 240;

function tell(input, text) {
  const id = `${input.id}-large`;
  let note = document.getElementById(id);
  if (!note && !text) return;
  if (!note) {
    note = document.createElement("p");
    note.id = id;
    note.className = "err";
    note.setAttribute("role", "alert");
    input.before(note);
  }
  note.textContent = text;
  note.hidden = !text;
}

/* Drawn from the file itself: the policy of pages lets no picture in by another address. */
async function draw(input) {
  const canvas = input.closest("[data-photo]")?.querySelector("canvas.seen");
  if (!canvas) return;
  canvas.hidden = true;
  if (!input.files[0]) return;
  try {
    const picture = await createImageBitmap(input.files[0]);
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    canvas.hidden = false;
  } catch {
    // Not every kind can be drawn; the server says what is wrong with it.
  }
}

function look(input) {
  const large = input.files[0]?.size > Number(input.dataset.most);
  if (large) input.value = "";
  tell(input, large ? input.dataset.large : "");
  if (input.files[0]) clearOthers(input);
  draw(input);
}

/* The camera and the gallery are two controls of one question: the last one used counts. */
function clearOthers(input) {
  const both = input.closest("[data-photo]")?.querySelectorAll("input[type=file]") ?? [];
  for (const other of both) if (other !== input) other.value = "";
}

/* After the form came anew: what was chosen stands in it still. */
export function adopted(form) {
  for (const input of form.querySelectorAll("input[type=file]")) if (input.files[0]) draw(input);
  form.dispatchEvent(new Event("adopted", { bubbles: true }));
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-most]")) look(event.target);
});
