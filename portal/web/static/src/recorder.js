/* Recording speech into a file control. Heard again before it is sent, by the sound of the file
   itself: the policy of pages lets nothing be played from another address. */
"use strict";

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", "audio/webm"];
const can = Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder && window.DataTransfer);
let running = null;
let playing = null;

function parts(box) {
  const one = (name) => box.querySelector(`[data-${name}]`);
  return {
    input: document.getElementById(box.dataset.recorder),
    record: one("record"),
    stop: one("stop"),
    listen: one("listen"),
    forget: one("forget"),
    time: one("time"),
    said: box.querySelector("[role=status]"),
  };
}

function boxOf(id) {
  return document.querySelector(`[data-recorder="${CSS.escape(id)}"]`);
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

function show() {
  if (!can) return;
  for (const box of document.querySelectorAll("[data-recorder]")) {
    const page = parts(box);
    const on = running?.id === box.dataset.recorder;
    const has = page.input.files.length > 0;
    box.hidden = false;
    box.classList.toggle("on", on);
    page.record.hidden = on;
    page.stop.hidden = !on;
    page.listen.hidden = on || !has;
    page.forget.hidden = on || !has;
  }
}

async function record(box) {
  if (running) return;
  hush();
  const id = box.dataset.recorder;
  running = { id, parts: [], began: 0 };
  try {
    running.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    begin(box);
  } catch {
    running.stream?.getTracks().forEach((track) => track.stop());
    running = null;
    parts(box).said.textContent = box.dataset.refused;
    show();
  }
}

function begin(box) {
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(running.stream, { mimeType, audioBitsPerSecond: 48_000 });
  recorder.addEventListener("dataavailable", ({ data }) => data.size && running.parts.push(data));
  recorder.addEventListener("stop", finish);
  recorder.start(1000);
  Object.assign(running, { recorder, began: performance.now() });
  running.timer = setInterval(tick, 250, Number(box.dataset.seconds));
  parts(box).said.textContent = box.dataset.on;
  show();
  parts(box).stop.focus();
}

function tick(most) {
  const seconds = (performance.now() - running.began) / 1000;
  const box = boxOf(running.id);
  if (box) parts(box).time.textContent = clock(Math.min(seconds, most));
  if (!box || seconds >= most) stop();
}

function stop() {
  clearInterval(running?.timer);
  if (running?.recorder?.state === "recording") running.recorder.stop();
}

function finish() {
  const { id, recorder, stream, parts: pieces } = running;
  running = null;
  stream.getTracks().forEach((track) => track.stop());
  const box = boxOf(id);
  if (!box) return;
  const type = recorder.mimeType.split(";")[0] || "audio/webm";
  const name = `recording.${type.split("/")[1]}`;
  const holder = new DataTransfer();
  holder.items.add(new File(pieces, name, { type }));
  const page = parts(box);
  page.input.files = holder.files;
  page.input.dispatchEvent(new Event("change", { bubbles: true }));
  if (page.input.files.length) page.said.textContent = box.dataset.over;
  show();
  page.listen.focus();
}

async function listen(box) {
  if (hush() === box.dataset.recorder) return;
  const file = parts(box).input.files[0];
  const sound = new AudioContext();
  playing = { id: box.dataset.recorder, sound };
  try {
    const source = sound.createBufferSource();
    source.buffer = await sound.decodeAudioData(await file.arrayBuffer());
    source.connect(sound.destination);
    source.addEventListener("ended", () => playing?.sound === sound && hush());
    source.start();
  } catch {
    hush();
  }
}

/* Stop what plays; gives the id of what it was. */
function hush() {
  const was = playing?.id;
  playing?.sound.close();
  playing = null;
  return was;
}

function forget(box) {
  const page = parts(box);
  hush();
  page.input.value = "";
  page.time.textContent = clock(0);
  page.said.textContent = "";
  show();
  page.record.focus();
}

const DOES = { record, stop, listen, forget };

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-recorder]");
  const act = box && Object.keys(DOES).find((name) => event.target.closest(`[data-${name}]`));
  if (act) DOES[act](box);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) show();
});
// A form that is sent while the recorder runs would leave without what was said.
document.addEventListener(
  "submit",
  (event) => {
    if (!running?.recorder) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    stop();
  },
  { capture: true },
);
document.addEventListener("adopted", show);
show();
