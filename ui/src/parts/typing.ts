/** Whether a key press is meant for a field, or a modal is open: then shortcuts keep quiet. */
export const isTyping = (event: KeyboardEvent) => event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable]") !== null;
export const modalOpen = () => document.querySelector("dialog[open]") !== null;
