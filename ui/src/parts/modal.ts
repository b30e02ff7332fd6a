/** The browser's own modal: focus held inside, the rest inert, Escape closes. Gives the focus back to where it was. */
export function modal(node: HTMLDialogElement) {
  const before = document.activeElement;
  node.showModal();
  // Where one dialog follows on another, the second has the focus already.
  const followed = () => [...document.querySelectorAll("dialog[open]")].some((other) => other !== node);
  return () => void (before instanceof HTMLElement && !followed() && before.focus());
}
