/* Answers that could not be sent yet, kept on this device. They are sealed (AES-GCM) under a key
   that is made of two: one that lies here and cannot be read out, and one that the server tells
   their person alone. Who is signed in as somebody else opens nothing. */
"use strict";

export const BASE = "sanjha";
export const WEEK = 7 * 24 * 3600 * 1000;
export const can = Boolean(globalThis.indexedDB && globalThis.crypto?.subtle);

const text = new TextEncoder();

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened() {
  const opening = indexedDB.open(BASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("keys");
    opening.result.createObjectStore("unsent", { keyPath: "id" });
  };
  return done(opening);
}

async function using(work) {
  const base = await opened();
  base.onversionchange = () => base.close();
  try {
    return await work(base);
  } finally {
    base.close();
  }
}

const store = (base, name, mode = "readonly") => base.transaction(name, mode).objectStore(name);

async function own(base) {
  const found = await done(store(base, "keys").get("own"));
  if (found) return found;
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const fresh = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  // Another page may have made one meanwhile; the first one stays.
  await done(store(base, "keys", "readwrite").add(fresh, "own")).catch(() => null);
  return done(store(base, "keys").get("own"));
}

async function keyOf(base, told) {
  const parts = { name: "HKDF", hash: "SHA-256", salt: text.encode(told), info: text.encode("unsent") };
  const kind = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(parts, await own(base), kind, false, ["encrypt", "decrypt"]);
}

const way = (iv, id) => ({ name: "AES-GCM", iv, additionalData: text.encode(id) });

/* `place` holds the name of the draft, whose it is, and the server's part of the key. */
export function keep(place, page, what) {
  const id = `${place.draft} ${page}`;
  return using(async (base) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = text.encode(JSON.stringify(what));
    const data = await crypto.subtle.encrypt(way(iv, id), await keyOf(base, place.key), plain);
    await done(store(base, "unsent", "readwrite").put({ id, owner: place.owner, at: Date.now(), iv, data }));
  });
}

/* What is kept of this draft, the oldest first; what does not open is let go. */
export function kept(place) {
  return using(async (base) => {
    const range = IDBKeyRange.bound(`${place.draft} `, `${place.draft} ~`);
    const rows = await done(store(base, "unsent").getAll(range));
    const found = [];
    for (const { id, at, iv, data } of rows.sort((one, other) => one.at - other.at)) {
      try {
        const plain = await crypto.subtle.decrypt(way(iv, id), await keyOf(base, place.key), data);
        found.push({ id, at, ...JSON.parse(new TextDecoder().decode(plain)) });
      } catch {
        await done(store(base, "unsent", "readwrite").delete(id));
      }
    }
    return found;
  });
}

export function drop(id) {
  return using((base) => done(store(base, "unsent", "readwrite").delete(id)));
}

/* Let go what is too old, and what `gone` says; whose are the others? Makes no base of its own. */
async function owners(gone = () => false) {
  const known = await indexedDB.databases?.();
  if (known && !known.some((one) => one.name === BASE)) return [];
  return using(async (base) => {
    const left = [];
    for (const one of await done(store(base, "unsent").getAll())) {
      if (Math.abs(Date.now() - one.at) <= WEEK && !gone(one)) left.push(one.owner);
      else await done(store(base, "unsent", "readwrite").delete(one.id));
    }
    return left;
  });
}

/* How much of this person waits here. */
export async function waiting(owner) {
  return (await owners()).filter((one) => one === owner).length;
}

/* Of this person, nothing stays; with the last answer goes the key, so that a copy of the disk
   opens for nobody. */
export async function wipe(owner) {
  const left = await owners((one) => one.owner === owner);
  if (!left.length) await done(indexedDB.deleteDatabase(BASE));
}
