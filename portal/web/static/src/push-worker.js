/* For the service worker: `import "./push-worker.js"`. What comes says that there is something, in the
   language of the account. What cannot be read is said in the language of the browser. */
const SAID = {
  en: "There is something new for you.",
  hi: "आपके लिए कुछ नया है।",
  ur: "آپ کے لیے کچھ نیا ہے۔",
  pa: "ਤੁਹਾਡੇ ਲਈ ਕੁਝ ਨਵਾਂ ਹੈ।",
};

function path(told) {
  return /^[a-z0-9][a-z0-9/-]*$/i.test(told?.path ?? "") ? told.path : "inbox";
}

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = Object(event.data?.json());
  } catch {
    /* Whatever it was, something is new. */
  }
  const language = (self.navigator.language ?? "en").slice(0, 2);
  const { title = "Sanjha", body = SAID[language] ?? SAID.en, lang = "", dir = "auto" } = told;
  const shown = { body, lang, dir, tag: "sanjha", data: path(told) };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  /* The page finds the language, and asks for the sign-in. */
  event.waitUntil(self.clients.openWindow(`/${event.notification.data}`));
});
