// Says in words when the browser made or found no passkey; the rest is the sign-in package's own script.
document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-app-passkey-error]");
  if (!place) {
    return;
  }
  event.preventDefault();
  place.hidden = false;
  place.textContent =
    event.detail.exception?.name === "InvalidStateError"
      ? "This device has a passkey of your account already."
      : "No passkey was used: it was cancelled, took too long, or this device has none for this service. Try again, or use another way.";
});
