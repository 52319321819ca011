// bench/load-child.ts
import { appendFileSync } from "node:fs";
import process from "node:process";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { configure, handle } from "unplugin-persist";
import { call, define } from "unplugin-persist/runtime";
var [store, log, seed, until] = isMainThread ? process.argv.slice(2) : workerData;
configure({ persistPath: store, projectId: "load" });
var project = { name: "load", at: "" };
var state = Number(seed) * 7919 + 1;
var random = (below) => {
  state = Math.imul(state, 1664525) + 1013904223 >>> 0;
  return Math.floor(state / 2 ** 32 * below);
};
var note = (line) => appendFileSync(log, `${line}
`);
var begun = [];
var compute = (id) => {
  begun.push(id);
  note(`> ${id}`);
};
var busy = (milliseconds) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; ) ;
};
var sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
var valueOf = (name, id) => `${name} ${id} ${"x".repeat(id % 17 === 0 ? 8e4 : id % 500)}`;
var descriptor = (name, params, more = {}) => ({ v: 1, module: "src/load.ts", name, fingerprint: `load ${name}`, project, params, ...more });
var inside;
var s = define(descriptor("sync", ["id", "depth"], { options: { skip: ["depth"] } }), () => sync);
function sync(id, depth) {
  return call(s, void 0, [id, depth], 0, () => {
    if (inside === id) return valueOf("sync", id);
    compute(`sync ${id}`);
    busy(3 + id % 5);
    if (depth === 0 || id % 3 !== 0) return valueOf("sync", id);
    inside = id;
    try {
      return sync(id, depth - 1);
    } finally {
      inside = void 0;
    }
  });
}
var a = define(descriptor("later", ["id"], { async: true }), () => later);
async function later(id) {
  return call(a, void 0, [id], 0, async () => {
    compute(`later ${id}`);
    await sleep(3 + id % 20);
    if (id % 4 === 0 && id > 0) await later(id >> 1);
    if (id % 6 === 1) sync(id >> 1, 1);
    return valueOf("later", id);
  });
}
var g = define(descriptor("grouped", ["group", "id"], { options: { groupBy: ["group"] } }), () => grouped);
function grouped(group, id) {
  return call(g, void 0, [group, id], 0, () => {
    compute(`grouped ${id}`);
    busy(3);
    return valueOf("grouped", id);
  });
}
var c = define(descriptor("scratch", ["id"]), () => scratch);
function scratch(id) {
  return call(c, void 0, [id], 0, () => valueOf("scratch", id));
}
var control = handle(scratch);
var calls = 0;
function expect(found, wanted) {
  calls++;
  if (found !== wanted) note(`! ${JSON.stringify(found)?.slice(0, 40)} instead of ${wanted.slice(0, 40)}`);
  for (const id of begun.splice(0)) note(`< ${id}`);
}
async function work() {
  for (let step = 0; Date.now() < Number(until); step++) {
    const now = Math.floor((Number(until) - Date.now()) / 50);
    const id = 1e5 - now + random(40);
    const roll = random(100);
    if (roll < 40) expect(sync(id, 2), valueOf("sync", id));
    else if (roll < 70) expect(await later(id), valueOf("later", id));
    else if (roll < 82) expect(grouped(`g${id % 7}`, id), valueOf("grouped", id));
    else {
      const other = random(60);
      if (roll < 92) expect(scratch(other), valueOf("scratch", other));
      else if (roll < 95) control.rerun(other);
      else if (roll < 98) control.forget(other);
      else if (roll < 99) control.put([other], valueOf("scratch", other));
      else if (random(5) === 0) control.clear();
    }
  }
  note(`# ${calls}`);
}
var threads = isMainThread && Number(seed) % 4 === 0 ? [1, 2].map((at) => new Promise((resolve, reject) => {
  const worker = new Worker(new URL(import.meta.url), { workerData: [store, log, String(Number(seed) * 100 + at), until] });
  worker.once("exit", () => resolve());
  worker.once("error", reject);
})) : [];
await Promise.all([work(), ...threads]);
