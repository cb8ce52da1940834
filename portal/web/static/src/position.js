/* Where the device is: asked for on a press, never before. */
"use strict";

const WAIT = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 };

function parts(place) {
  const box = (part) => document.getElementById(`${place.dataset.position}-${part}`);
  return {
    latitude: box("latitude"),
    longitude: box("longitude"),
    accuracy: box("accuracy"),
    said: place.querySelector("[role=status]"),
    details: place.querySelector("details"),
    clear: place.querySelector("[data-unlocate]"),
    locate: place.querySelector("[data-locate]"),
  };
}

function show() {
  for (const place of document.querySelectorAll("[data-position]")) {
    const { latitude, longitude, clear, locate } = parts(place);
    locate.hidden = !navigator.geolocation;
    clear.hidden = !latitude.value && !longitude.value;
  }
}

function found(id, { coords }) {
  // The form may have come anew meanwhile.
  const place = document.querySelector(`[data-position="${CSS.escape(id)}"]`);
  if (!place) return;
  const told = {
    latitude: coords.latitude.toFixed(6).replace(/\.?0+$/, ""),
    longitude: coords.longitude.toFixed(6).replace(/\.?0+$/, ""),
    accuracy: String(Math.max(1, Math.ceil(coords.accuracy))),
  };
  const page = parts(place);
  for (const [name, value] of Object.entries(told)) page[name].value = value;
  page.said.textContent = place.dataset.found.replace(/\{(\w+)\}/g, (_, name) => told[name]);
  page.locate.removeAttribute("aria-disabled");
  show();
}

function refused(id) {
  const place = document.querySelector(`[data-position="${CSS.escape(id)}"]`);
  if (!place) return;
  const page = parts(place);
  page.said.textContent = place.dataset.refused;
  page.locate.removeAttribute("aria-disabled");
  page.details.open = true;
}

function ask(place) {
  const { said, locate } = parts(place);
  const id = place.dataset.position;
  if (locate.getAttribute("aria-disabled")) return;
  locate.setAttribute("aria-disabled", "true");
  said.textContent = place.dataset.asking;
  navigator.geolocation.getCurrentPosition((where) => found(id, where), () => refused(id), WAIT);
}

function clear(place) {
  const page = parts(place);
  for (const name of ["latitude", "longitude", "accuracy"]) page[name].value = "";
  page.said.textContent = place.dataset.cleared;
  // The button that was pressed goes away with what it cleared.
  page.locate.hidden ? page.latitude.focus() : page.locate.focus();
  show();
}

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-position]");
  if (!place) return;
  if (event.target.closest("[data-locate]")) ask(place);
  if (event.target.closest("[data-unlocate]")) clear(place);
});

// What is typed by hand is not what the device told.
document.addEventListener("input", (event) => {
  const place = event.target.closest?.("[data-position]");
  if (!place) return;
  const page = parts(place);
  page.accuracy.value = "";
  page.said.textContent = "";
  show();
});
document.addEventListener("adopted", show);
show();
