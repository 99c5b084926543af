// Progressive enhancement only: every page works without this file.
import { initAll } from "../vendor/govuk-frontend-6.6.0/govuk-frontend.min.js";

initAll();
for (const [selector, enhance] of [
  ["[data-app-progress][data-poll-url]", followProgress],
  ["[data-app-filter]", foldFilter],
  ["[data-app-conflicts]", conflictKeys],
  ["form[data-app-confirm]", askFirst],
  ["[data-app-select-all]", selectAll],
  [".app-chart-scroll[data-app-newest]", startAtNewest],
]) {
  for (const element of document.querySelectorAll(selector)) {
    enhance(element);
  }
}

/** Move a progress bar by asking its address once a second; go on when the work is finished. */
function followProgress(box) {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-progress-text]");
  let failures = 0;
  let spoken = 0;

  async function look() {
    try {
      const answer = await fetch(box.dataset.pollUrl, { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const state = await answer.json();
      failures = 0;
      if (state.finished) {
        if (state.url) {
          window.location.assign(state.url);
        } else {
          window.location.reload();
        }
        return;
      }
      show(state);
    } catch {
      failures += 1;
      if (failures > 20) {
        text.textContent = "No answer for a while. Load this page again to see how far it is.";
        return;
      }
    }
    window.setTimeout(look, Math.min(1000 * (failures + 1), 10000));
  }

  function show(state) {
    if (!state.total) {
      return;
    }
    bar.max = state.total;
    bar.value = state.done;
    const share = Math.floor((100 * state.done) / state.total);
    // Screen readers hear every fifth per cent, not every second.
    if (share >= spoken + 5 || text.dataset.detail !== (state.detail || "")) {
      spoken = share;
      text.dataset.detail = state.detail || "";
      const number = new Intl.NumberFormat("en-GB");
      text.textContent =
        `${number.format(state.done)} of ${number.format(state.total)} (${share}%)` +
        (state.detail ? `, ${state.detail}` : "");
    }
  }

  window.setTimeout(look, 700);
}

/** On narrow screens a filter begins folded, with a button that opens it. */
function foldFilter(panel) {
  const narrow = window.matchMedia("(max-width: 48.0525em)");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary app-filter-toggle";
  button.setAttribute("aria-controls", panel.id);
  panel.before(button);

  function set(open) {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Hide filters" : "Show filters";
  }

  function fit() {
    button.hidden = !narrow.matches;
    set(!narrow.matches);
  }

  button.addEventListener("click", () => set(panel.hidden));
  narrow.addEventListener("change", fit);
  fit();
}

/** Conflict cards by keyboard: j next, k previous, Enter keeps what is proposed. */
function conflictKeys(list) {
  const cards = () => [...list.querySelectorAll(".app-conflict")];
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) {
      return;
    }
    const all = cards();
    const here = all.indexOf(document.activeElement.closest(".app-conflict"));
    if (event.key === "j" || event.key === "k") {
      const next = event.key === "j" ? Math.min(here + 1, all.length - 1) : Math.max(here - 1, 0);
      if (all[next]) {
        event.preventDefault();
        all[next].focus();
      }
    } else if (event.key === "Enter" && here >= 0 && document.activeElement === all[here]) {
      event.preventDefault();
      const proposal = all[here].querySelector("[data-proposal]") || all[here].querySelector("button");
      if (proposal) {
        proposal.click();
      }
    }
  });
}

/** A form with data-app-confirm="question" asks before it is sent. */
function askFirst(form) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.appConfirm)) {
      event.preventDefault();
    }
  });
}

/** A checkbox with data-app-select-all="name" ticks all checkboxes of that name in its form. */
function selectAll(box) {
  const boxes = () => box.form.querySelectorAll(`input[type=checkbox][name="${box.dataset.appSelectAll}"]`);
  box.addEventListener("change", () => {
    for (const one of boxes()) {
      one.checked = box.checked;
    }
  });
}

/** A chart of weeks that is wider than the screen begins with the newest week; what came before is a swipe away. */
function startAtNewest(box) {
  const show = () => {
    box.scrollLeft = box.scrollWidth;
  };
  show();
  box.closest("details")?.addEventListener("toggle", show);
}
