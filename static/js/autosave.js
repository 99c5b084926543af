// Saves a form while somebody types. The page works without: its button saves the same form.
//
// What has not reached the server lies in this browser, sealed with a key that only the same person gets after signing
// in: a lost connection, a time-out or a closed browser loses nothing, and the next person here reads nothing.

const PAUSE = 900;
const RETRY = 8000;
const KEEP_DAYS = 14;

for (const box of document.querySelectorAll("[data-app-autosave]")) {
  autosave(box);
}

/** Follow one form. */
function autosave(box) {
  const form = box.querySelector("form");
  const status = box.querySelector("[data-app-saved]");
  const store = sealedStore(`draft:${box.dataset.appWho}:${box.dataset.appAutosave}`, box.dataset.appKey);
  let timer = 0;
  let busy = false;
  let changed = 0;
  let leaving = false;

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("submit", () => {
    leaving = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("online", () => changed && save());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && changed) {
      save();
    }
  });
  restore();

  function typed() {
    changed += 1;
    say("Not saved yet");
    store.write(valuesOf(form));
    window.clearTimeout(timer);
    timer = window.setTimeout(save, PAUSE);
  }

  async function save() {
    if (busy || leaving) {
      return;
    }
    busy = true;
    const at = changed;
    try {
      const answer = await fetch(box.dataset.appAutosave, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || answer.status === 401) {
        say("You were signed out. Your text is kept in this browser: sign in again and open this page.", true);
        return;
      }
      if (answer.status === 403) {
        say("This section can no longer be changed. Your text is kept in this browser.", true);
        return;
      }
      const told = await answer.json();
      if (answer.ok) {
        take(told, at);
      } else {
        say(Object.values(told.faults || {}).join(" ") || "Not saved", true);
      }
    } catch {
      say("No connection. Your text is kept in this browser and saved when the connection is back.", true);
      timer = window.setTimeout(save, RETRY);
    } finally {
      busy = false;
      if (changed > at && !leaving) {
        window.clearTimeout(timer);
        timer = window.setTimeout(save, PAUSE);
      }
    }
  }

  function take(told, at) {
    form.elements.was.value = told.was;
    showClashes(told);
    const faults = Object.entries(told.faults);
    showFaults(faults);
    if (changed === at && !told.clashes.length && !faults.length) {
      changed = 0;
      store.clear();
    }
    const open = faults.length || told.clashes.length;
    say(open ? `Saved ${told.at}, but for what is marked` : `Saved ${told.at}`, Boolean(open));
  }

  /** Say at each field what somebody else wrote, and let the writer choose. */
  function showClashes(told) {
    form.querySelectorAll("[data-app-clash]").forEach((old) => old.remove());
    for (const clash of told.clashes) {
      const group = document.getElementById(`div_id_${clash.field}`);
      const note = document.createElement("div");
      note.className = "app-notice app-notice--warning";
      note.dataset.appClash = clash.field;
      const theirs = Array.isArray(clash.theirs)
        ? clash.theirs.map((row) => Object.values(row).join(" · ")).join("; ")
        : clash.theirs;
      const text = document.createElement("p");
      text.className = "app-notice__text";
      text.textContent = `${clash.by} changed this, ${clash.at}: “${theirs}”. Yours is not saved.`;
      note.append(text, choice("Keep mine", () => decide(note, clash)));
      if (!Array.isArray(clash.theirs) && form.elements[clash.field]?.type) {
        note.append(
          choice("Take theirs", () => {
            form.elements[clash.field].value = clash.theirs;
            decide(note, clash);
          }),
        );
      }
      group.prepend(note);
    }
  }

  function choice(label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary app-button-small";
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  }

  /** From now on the writer has seen what the other wrote. */
  function decide(note, clash) {
    note.remove();
    form.elements.was.value = JSON.stringify({ ...JSON.parse(form.elements.was.value), [clash.field]: clash.mark });
    typed();
  }

  function showFaults(faults) {
    form.querySelectorAll("[data-app-fault]").forEach((old) => old.remove());
    for (const [field, message] of faults) {
      const group = document.getElementById(`div_id_${field}`);
      if (group) {
        const note = document.createElement("p");
        note.className = "govuk-error-message";
        note.dataset.appFault = field;
        note.textContent = message;
        group.prepend(note);
      }
    }
  }

  async function restore() {
    const kept = await store.read();
    if (kept && put(form, kept)) {
      changed += 1;
      say("Text that had not reached us was put back.");
      save();
    } else if (kept) {
      store.clear();
    }
  }

  function say(text, loud = false) {
    status.textContent = text;
    status.classList.toggle("app-saved--loud", loud);
  }
}

/** {name: [values]} of everything a person can change. */
function valuesOf(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (!["csrfmiddlewaretoken", "was"].includes(name) && typeof value === "string") {
      (found[name] ||= []).push(value);
    }
  }
  return found;
}

/** Put kept values back; whether anything differed. */
function put(form, kept) {
  let differs = false;
  for (const control of form.elements) {
    if (!control.name || ["hidden", "submit", "button", "fieldset"].includes(control.type)) {
      continue;
    }
    const values = kept[control.name] || [];
    if (control.type === "radio" || control.type === "checkbox") {
      const wanted = values.includes(control.value);
      differs ||= control.checked !== wanted;
      control.checked = wanted;
    } else if (control.name in kept && control.value !== values[0]) {
      control.value = values[0];
      differs = true;
    }
  }
  return differs;
}

/** A place in this browser for one form, sealed by AES-GCM; without a secure context nothing is kept. */
function sealedStore(name, key64) {
  const usable = Boolean(window.crypto?.subtle && window.localStorage);
  const key = usable
    ? crypto.subtle.importKey("raw", bytes(key64), "AES-GCM", false, ["encrypt", "decrypt"])
    : Promise.reject(new Error("no secure context"));
  key.catch(() => {});
  tidy();

  function bytes(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  }

  function tidy() {
    for (const one of usable ? Object.keys(localStorage) : []) {
      const at = one.startsWith("draft:") ? Number(localStorage.getItem(one).split(".")[0]) : Date.now();
      if (Date.now() - at > KEEP_DAYS * 86_400_000) {
        localStorage.removeItem(one);
      }
    }
  }

  let turn = Promise.resolve();
  return {
    write(values) {
      turn = turn
        .then(async () => {
          const iv = crypto.getRandomValues(new Uint8Array(12));
          const text = new TextEncoder().encode(JSON.stringify(values));
          const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key, text));
          const parts = [iv, sealed].map((part) => btoa(String.fromCharCode(...part)));
          localStorage.setItem(name, `${Date.now()}.${parts.join(".")}`);
        })
        .catch(() => {});
    },
    clear() {
      turn = turn.then(() => usable && localStorage.removeItem(name));
    },
    async read() {
      try {
        const [, iv, sealed] = localStorage.getItem(name).split(".");
        const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, await key, bytes(sealed));
        return JSON.parse(new TextDecoder().decode(text));
      } catch {
        return null;
      }
    },
  };
}
