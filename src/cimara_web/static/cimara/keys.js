// Asks the browser for a security key or a passkey, and sends what it gives with the form.
"use strict";

const fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (keys) => (keys || []).map((key) => ({ ...key, id: fromText(key.id) }));

async function made(form, options) {
  const alone = form.elements.passwordless.checked;
  const wanted = { ...options.authenticatorSelection, residentKey: alone ? "required" : "discouraged" };
  wanted.requireResidentKey = alone;
  if (alone) wanted.userVerification = "required";
  return navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: fromText(options.challenge),
      user: { ...options.user, id: fromText(options.user.id) },
      excludeCredentials: listed(options.excludeCredentials),
      authenticatorSelection: wanted,
    },
  });
}

async function used(options) {
  return navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: fromText(options.challenge),
      allowCredentials: listed(options.allowCredentials),
    },
  });
}

function written(key) {
  const response = { clientDataJSON: toText(key.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[name]) response[name] = toText(key.response[name]);
  }
  const extensions = key.getClientExtensionResults();
  return { type: key.type, id: key.id, rawId: toText(key.rawId), response, clientExtensionResults: extensions };
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options).publicKey;
  const answer = await fetch(form.dataset.from, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options.publicKey;
}

async function ask(form) {
  const options = await optionsOf(form);
  const key = form.dataset.key === "create" ? await made(form, options) : await used(options);
  form.elements.credential.value = JSON.stringify(written(key));
  form.submit();
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-key]") : []) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = form.querySelector("[data-said]");
    said.hidden = true;
    ask(form).catch(() => {
      said.hidden = false;
      said.tabIndex = -1;
      said.focus();
    });
  });
}
