// Passkeys (WebAuthn). A form[data-passkey] fetches its options, asks the browser, and is submitted with the answer, so that what the
// server says is an ordinary page.
(() => {
const doc = document, all = s => [...doc.querySelectorAll(s)], known = !!(window.PublicKeyCredential && navigator.credentials);
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const say = (form, words) => {
  const p = form.querySelector("[data-problem]");
  p.hidden = !words;
  p.textContent = words;
};
const WORDS = {
  create: { NotAllowedError: "No passkey was added. Try again", InvalidStateError: "This device already has a passkey for your account" },
  get: { NotAllowedError: "No passkey was used. Try again, or sign in another way" },
};
// What a server or this script says, or what the browser's error means here.
const words = (form, error) => error.words ?? WORDS[form.dataset.passkey][error.name]
  ?? (["NotSupportedError", "SecurityError"].includes(error.name) ? "This browser can’t use passkeys here" : "Something went wrong. Reload the page and try again");

// The options, or nothing when the server leads to another page.
const options = async form => {
  const body = new URLSearchParams(new FormData(form));
  body.delete("credential");
  const answer = await fetch(form.dataset.options, { method: "POST", body });
  if (answer.redirected) { location.assign(answer.url); return; }
  const json = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
  if (!answer.ok) throw { words: json.error };
  const asked = json.publicKey;
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const one of [...asked.excludeCredentials ?? [], ...asked.allowCredentials ?? []]) one.id = bytes(one.id);
  return asked;
};
// Chromium refuses a security key that keeps passkeys but has no PIN, without a dialog. One that it doesn't keep will do.
const call = async (name, asked) => {
  const began = Date.now(), selection = asked.publicKey.authenticatorSelection;
  try {
    return await navigator.credentials[name](asked);
  } catch (error) {
    if (error.name !== "NotAllowedError" || !selection || Date.now() - began > 1000) throw error;
    selection.residentKey = "discouraged";
    return navigator.credentials[name](asked);
  }
};
const ask = async (form, more) => {
  const publicKey = await options(form);
  if (!publicKey) return;
  const made = await call(form.dataset.passkey, { publicKey, ...more });
  const parts = {}, from = made.response;
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (from[name]) parts[name] = text(from[name]);
  if (from.getTransports) parts.transports = from.getTransports();
  const answer = { id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {}, response: parts };
  form.querySelector("[name=credential]").value = JSON.stringify(answer);
  form.submit();
};

// Autofill: passkeys in the suggestions of the email field. It ends when the button is used, and begins again before the
// server forgets what it asked for.
const offering = known && doc.querySelector("form[data-autofill]");
let autofill, began = 0;
const offer = async () => {
  if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  autofill?.abort();
  autofill = new AbortController();
  began = Date.now();
  ask(offering, { mediation: "conditional", signal: autofill.signal }).catch(() => {});
};
const renew = () => doc.hidden || Date.now() - began < 240000 || offer();
if (offering) {
  offer();
  setInterval(renew, 30000);
  doc.addEventListener("visibilitychange", renew);
}

for (const form of all("form[data-passkey]")) {
  if (known) form.hidden = false;
  form.addEventListener("submit", async e => {
    e.preventDefault();
    const button = form.querySelector("[type=submit]");
    say(form, "");
    if (!known) return say(form, "This browser can’t use passkeys here");
    button.disabled = true;
    autofill?.abort();
    try {
      await ask(form);
    } catch (error) {
      say(form, words(form, error));
      if (offering) offer();
    }
    button.disabled = false;
  });
}
})();
