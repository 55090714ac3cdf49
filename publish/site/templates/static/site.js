// What saves a reader a step: copying a text, and opening the panel of a figure without loading the
// page again. Every page is complete without it.
"use strict";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-panel]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    openPanel(link.href, link.dataset.panel, true);
  }
  const button = event.target.closest("button[data-copy]");
  if (button) {
    copy(button);
  }
});

/** Show the copy buttons below an element: they do nothing without a script. */
function showButtons(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.hidden = !navigator.clipboard;
  }
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText("value" in source ? source.value : source.textContent.trim());
  const said = button.textContent;
  button.textContent = button.dataset.done || said;
  setTimeout(() => { button.textContent = said; }, 2000);
}

/** Replace a part of the page by that of another address; go there when that does not work. */
async function openPanel(address, selector, isNew) {
  try {
    const reply = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const found = page.querySelector(selector);
    const old = document.querySelector(selector);
    if (!reply.ok || !found || !old) {
      throw new Error("no panel");
    }
    old.replaceWith(found);
    for (const marked of document.querySelectorAll("[data-chosen]")) {
      marked.removeAttribute("data-chosen");
    }
    for (const chosen of page.querySelectorAll("[data-chosen][id]")) {
      document.getElementById(chosen.id)?.setAttribute("data-chosen", "");
    }
    if (isNew) {
      history.pushState({}, "", address);
      shown = location.pathname + location.search;
    }
    document.title = page.title;
    showButtons(found);
    found.tabIndex = -1;
    found.focus({ preventScroll: false });
  } catch {
    location.href = address;
  }
}

let shown = location.pathname + location.search;
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) {
    location.reload();
  }
});
showButtons(document);
