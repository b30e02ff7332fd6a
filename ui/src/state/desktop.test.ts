import { beforeEach, expect, test, vi } from "vitest";
import type { Commands } from "../backend";
import { Desktop, STEPS } from "./desktop.svelte";

const commands = () => ({
  trayState: vi.fn(async () => ({ status: "ok", data: { mark: "signed-in", sessions: 0, first_ends: null, lock: "open" } })),
  setTray: vi.fn(async () => ({ status: "ok", data: null })),
  setPins: vi.fn(async () => ({ status: "ok", data: null })),
  setZoom: vi.fn(async () => ({ status: "ok", data: null })),
  notify: vi.fn(async () => ({ status: "ok", data: null })),
});
const stood = (kept: string | null) => {
  if (kept !== null) localStorage.setItem("desktop", kept);
  const told = commands();
  const desktop = new Desktop(told as unknown as Commands, () => {});
  return { desktop, told, stop: desktop.start(() => []) };
};
beforeEach(() => localStorage.clear());

test("names are kept out of notifications until somebody wishes for them", () => {
  const { desktop, told, stop } = stood(null);
  expect(desktop.wishes.names).toBe(false);
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  desktop.tell({ kind: "invited", account: { id: "acme", name: "Acme Ltd" }, count: 1, ends: null, by: null });
  expect(JSON.stringify(told.notify.mock.calls)).not.toContain("Acme Ltd");
  stop();
});

test("rubbish that was kept is as good as nothing, and what is of its kind stays", () => {
  for (const rubbish of ["", "x", "[]", "null", "7", '{"zoom":"large","tray":1,"names":"yes"}', '{"zoom":31}', '{"zoom":1000000}']) {
    const { desktop, told, stop } = stood(rubbish);
    expect(desktop.wishes).toMatchObject({ zoom: 100, tray: true, names: false });
    expect(told.setZoom).not.toHaveBeenCalled();
    stop();
  }
  const { desktop, told, stop } = stood('{"zoom":150,"tray":false,"more":1}');
  expect(desktop.wishes).toEqual({ zoom: 150, tray: false, invited: true, ending: true, sessions: true, names: false });
  expect(told.setZoom).toHaveBeenCalledWith(150);
  stop();
});

test("sizes go step by step and stop at both ends", () => {
  const { desktop, stop } = stood(null);
  for (let n = 0; n < 30; n += 1) desktop.zoom(-1);
  expect(desktop.wishes.zoom).toBe(STEPS[0]);
  for (let n = 0; n < 30; n += 1) desktop.zoom(1);
  expect(desktop.wishes.zoom).toBe(STEPS.at(-1));
  desktop.zoom(0);
  expect(JSON.parse(localStorage.getItem("desktop") ?? "{}")).toMatchObject({ zoom: 100 });
  stop();
});
