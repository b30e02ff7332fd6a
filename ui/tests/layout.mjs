/** What holds of every screen however long its words are: run inside the page, a line for each fault. */

/** Nothing sticks out sideways, nothing is cut off but what says the whole of itself, and no control lies on another. */
export function layoutFaults() {
  const faults = [];
  const says = (node) => `${node.tagName.toLowerCase()}${node.className && typeof node.className === "string" ? `.${node.className.trim().split(/\s+/)[0]}` : ""} “${(node.getAttribute("aria-label") ?? node.textContent ?? "").trim().slice(0, 40)}”`;
  const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const root = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth}`);

  if (document.documentElement.scrollHeight > innerHeight) faults.push(`the page is ${document.documentElement.scrollHeight} px high in a window of ${innerHeight}`);

  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const parent = text.parentElement;
    if (!text.textContent.trim() || !parent || !seen(parent) || parent.closest(".sr, .clip, option, select, svg, .tip") || getComputedStyle(parent).clipPath !== "none") continue;
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1);
    if (boxes.length === 0) continue;
    const [left, right] = [Math.min(...boxes.map((b) => b.left)), Math.max(...boxes.map((b) => b.right))];
    if (left < -1 || right > innerWidth + 1) faults.push(`sticks out of the window: ${says(parent)}`);
    for (let outer = parent; outer && outer !== root.parentElement; outer = outer.parentElement) {
      const style = getComputedStyle(outer);
      if (style.overflowX === "visible") continue;
      const box = outer.getBoundingClientRect();
      if (left < box.left - 1.5 || right > box.right + 1.5) {
        faults.push(`${style.overflowX === "hidden" || style.overflowX === "clip" ? "is cut off" : "needs scrolling sideways"} in ${says(outer).split(" “")[0]}: ${says(parent)}`);
        break;
      }
    }
    // Words that run out of the button or badge they stand in.
    const box = parent.closest("button, .badge, .btn, kbd, label")?.getBoundingClientRect();
    if (box && (left < box.left - 1.5 || right > box.right + 1.5)) faults.push(`runs out of its box: ${says(parent)}`);
  }

  const controls = [...root.querySelectorAll("button, input, select, textarea, a[href]")].filter((node) => seen(node) && !node.closest(".notices, .endings, [hidden]") && node.getClientRects().length > 0 && getComputedStyle(node).opacity !== "0");
  /** What is left of it to be seen in whatever scrolls around it. */
  const visible = (node) => {
    let { left, right, top, bottom } = node.getBoundingClientRect();
    for (let outer = node.parentElement; outer; outer = outer.parentElement) {
      if (getComputedStyle(outer).overflowY === "visible") continue;
      const box = outer.getBoundingClientRect();
      [left, right, top, bottom] = [Math.max(left, box.left), Math.min(right, box.right), Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return { left, right, top, bottom };
  };
  const boxes = controls.map((node) => [node, visible(node)]);
  for (let i = 0; i < boxes.length; i += 1) {
    for (let k = i + 1; k < boxes.length; k += 1) {
      const [[a, one], [b, two]] = [boxes[i], boxes[k]];
      const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (across > 3 && down > 3 && !a.contains(b) && !b.contains(a)) faults.push(`${says(a)} lies on ${says(b)}`);
    }
  }
  return [...new Set(faults)].slice(0, 12);
}

/** Words outside of brackets that no answer of the backend held: text that is not from the catalogue. `data`: every word of the answers. */
export function looseWords(data) {
  const known = new Set([...data, "doorward"]);
  const typed = [...document.querySelectorAll("input, textarea")].map((field) => field.value).join(" ");
  for (const word of typed.toLowerCase().match(/\p{L}{2,}/gu) ?? []) known.add(word);
  const month = (n, style, tag) => new Intl.DateTimeFormat(tag, { month: style }).format(Date.UTC(2026, n, 2)).toLowerCase().replace(".", "");
  for (let n = 0; n < 12; n += 1) for (const style of ["short", "long"]) for (const tag of ["en-GB", "de-DE"]) known.add(month(n, style, tag));
  for (const word of ["cet", "cest", "mez", "mesz", "utc", "gmt", "am", "pm", "ctrl"]) known.add(word);
  let all = "";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!node.parentElement.closest("body [lang], kbd, optgroup, datalist, textarea, script")) all += node.textContent;
      continue;
    }
    // A mark cuts a word in two and ends none.
    if (node.tagName !== "MARK" && node.previousElementSibling?.tagName !== "MARK") all += " ";
    for (const name of ["aria-label", "title", "placeholder", "alt", "label"]) if (node.hasAttribute(name) && node.tagName !== "OPTGROUP") all += ` ${node.getAttribute(name)} `;
  }
  let depth = 0;
  let outside = "";
  for (const letter of all) {
    if (letter === "⟦") depth += 1;
    else if (letter === "⟧") depth -= 1;
    else outside += depth === 0 ? letter : " ";
  }
  return [...new Set((outside.toLowerCase().match(/\p{L}{2,}/gu) ?? []).filter((word) => !known.has(word)))].sort();
}
