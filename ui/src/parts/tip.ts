/** A word more about something, shown while it is pointed at or has the focus. One bubble serves the page; Escape puts it away. */
const ID = "tip";
let bubble: HTMLElement | null = null;
let shownBy: HTMLElement | null = null;

function make(): HTMLElement {
  const node = document.createElement("div");
  node.id = ID;
  node.className = "tip";
  node.setAttribute("role", "tooltip");
  node.popover = "manual";
  // Whoever moves onto the bubble may read it at leisure.
  node.addEventListener("pointerleave", (event) => event.relatedTarget !== shownBy && hide());
  document.body.append(node);
  return node;
}

function hide(): void {
  shownBy?.removeAttribute("aria-describedby");
  shownBy = null;
  if (bubble?.matches(":popover-open")) bubble.hidePopover();
  // Nothing of an account outlasts what showed it.
  bubble?.replaceChildren();
}

function show(by: HTMLElement, text: string): void {
  hide();
  // A modal makes the rest of the page inert, and the bubble must not be part of the rest.
  bubble = bubble?.isConnected ? bubble : make();
  (by.closest("dialog") ?? document.body).append(bubble);
  bubble.textContent = text;
  bubble.showPopover();
  const at = by.getBoundingClientRect();
  const own = bubble.getBoundingClientRect();
  const below = at.bottom + 6 + own.height < innerHeight;
  bubble.style.left = `${Math.max(8, Math.min(innerWidth - own.width - 8, at.left + (at.width - own.width) / 2))}px`;
  bubble.style.top = `${below ? at.bottom + 6 : at.top - own.height - 6}px`;
  by.setAttribute("aria-describedby", ID);
  shownBy = by;
}

/** `{@attach tip(() => text)}`: no text, no bubble. */
export function tip(text: () => string | undefined) {
  return (node: HTMLElement) => {
    const on = () => {
      const words = text();
      if (words) show(node, words);
    };
    const off = (event: Event) => shownBy === node && !(event instanceof PointerEvent && event.relatedTarget === bubble) && hide();
    const focus = () => node.matches(":focus-visible") && on();
    const escape = (event: KeyboardEvent) => event.key === "Escape" && shownBy === node && hide();
    node.addEventListener("pointerenter", on);
    node.addEventListener("pointerleave", off);
    node.addEventListener("focus", focus);
    node.addEventListener("blur", off);
    addEventListener("keydown", escape, true);
    return () => {
      removeEventListener("keydown", escape, true);
      node.removeEventListener("pointerenter", on);
      node.removeEventListener("pointerleave", off);
      node.removeEventListener("focus", focus);
      node.removeEventListener("blur", off);
      if (shownBy === node) hide();
    };
  };
}

/** A text that is cut off says the whole of it when it is pointed at. For the page as a whole; gives back how to stop. */
export function wholeTexts(page: Document): () => void {
  const look = (event: Event) => {
    const node = event.target instanceof Element ? event.target.closest<HTMLElement>(".clip") : null;
    if (!node || (node.title !== "" && node.dataset.whole === undefined)) return;
    node.dataset.whole = "";
    if (node.scrollWidth > node.clientWidth) node.title = node.textContent?.trim() ?? "";
    else node.removeAttribute("title");
  };
  page.addEventListener("pointerover", look);
  return () => page.removeEventListener("pointerover", look);
}
