/** Says that somebody is here, seldom: the console counts the time itself. */
const EVERY = 20_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/** Reports signs of a person through `say`, at most every 20 s; gives back how to stop. `now` counts milliseconds. */
export function watchActivity(say: () => void, now: () => number = () => performance.now()): () => void {
  let said = Number.NEGATIVE_INFINITY;
  const sign = () => {
    if (now() - said < EVERY) return;
    said = now();
    say();
  };
  for (const kind of SIGNS) addEventListener(kind, sign, { passive: true, capture: true });
  return () => SIGNS.forEach((kind) => removeEventListener(kind, sign, { capture: true }));
}
