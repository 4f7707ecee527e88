#!/usr/bin/env node
// A whole Tandem on this machine: 2 edge, 2 sip, 2 media, 2 engine and 2 worker nodes on 127.0.0.x over a private PostgreSQL (a primary
// and a synchronous standby) and a private Redis, with HAProxy in front. It runs until it is interrupted.
//
//   node scripts/cluster.mjs up [--dir DIR] [--base PORT] [--bin FILE] [--no-restart] [--no-failover] [--fresh] [--netns]
//   node scripts/cluster.mjs rolling [--dir DIR]      replaces every node, one after the other
//   node scripts/cluster.mjs status [--dir DIR]
//
// DIR/cluster.json says what runs where. A node that ends is started again, as systemd would (not with --no-restart). When the primary
// dies the standby is promoted (not with --no-failover). Everything listens on loopback only; with --netns (root only) each node is a
// host of its own, 10.77.0.x in a network namespace on a bridge of this machine, so that it can be cut off from the others.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const POSTGRES_BIN = ["17", "16", "15"].map((v) => `/usr/lib/postgresql/${v}/bin`).find((dir) => existsSync(dir));
/** A node that ended is started again after so long. */
const RESTART_AFTER_MS = 500;
const READY_WITHIN_MS = 30_000;

const [command = "up", ...rest] = process.argv.slice(2);
const option = (name, fallback) => {
  const at = rest.indexOf(`--${name}`);
  return at < 0 ? fallback : rest[at + 1];
};
const flag = (name) => rest.includes(`--${name}`);

const dir = resolve(option("dir", "data/cluster"));
const base = Number(option("base", "8080"));
const bin = resolve(option("bin", process.env.TANDEM_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "release/tandem")));
const ports = {
  front: base, http: base + 1, admin: base + 2, sip: base + 3, media: base + 4, links: base + 5,
  primary: base + 6, standby: base + 7, redis: base + 8, stats: base + 9,
};
const file = join(dir, "cluster.json");

const say = (line) => process.stdout.write(`${line}\n`);
const fail = (line) => {
  process.stderr.write(`cluster: ${line}\n`);
  process.exit(1);
};

const ROLES = ["edge", "sip", "media", "engine", "worker"];
const netns = flag("netns");
const NET = netns ? "10.77.0" : "127.0.0";
/** Where receivers of webhooks may be beside the public. */
const HOOKS = netns ? `${NET}.0/24` : "127.0.0.0/8";
/** Where nodes find PostgreSQL and Redis. */
const HOST = `${NET}.1`;
const BRIDGE = "tandem0";
/** Name, role and address of every node: edge1 on 127.0.0.11, edge2 on .12, sip1 on .21 … */
const NODES = ROLES.flatMap((role, index) => [1, 2].map((n) => ({ name: `${role}${n}`, role, ip: `${NET}.${(index + 1) * 10 + n}` })));

const ip = (...args) => {
  const done = spawnSync("ip", args, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`ip ${args.join(" ")}: ${done.stderr || done.error}`);
};

/** A host for each node: a namespace with one link, `tandem-NAME` at this end, to the bridge. */
const network = {
  up() {
    this.down();
    ip("link", "add", BRIDGE, "type", "bridge");
    ip("address", "add", `${HOST}/24`, "dev", BRIDGE);
    ip("link", "set", BRIDGE, "up");
    for (const { name, ip: address } of NODES) {
      const [space, inside] = [`tandem-${name}`, ["netns", "exec", `tandem-${name}`, "ip"]];
      ip("netns", "add", space);
      ip("link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space);
      ip("link", "set", space, "master", BRIDGE, "up");
      ip(...inside, "link", "set", "lo", "up");
      ip(...inside, "address", "add", `${address}/24`, "dev", "eth0");
      ip(...inside, "link", "set", "eth0", "up");
    }
  },
  /** Also takes away what an earlier run left. */
  down() {
    for (const { name } of NODES) {
      spawnSync("ip", ["link", "delete", `tandem-${name}`]);
      spawnSync("ip", ["netns", "delete", `tandem-${name}`]);
    }
    spawnSync("ip", ["link", "delete", BRIDGE]);
  },
};

class Cluster {
  processes = new Map();
  stopping = false;
  ending = false;
  state = { http: `http://127.0.0.1:${ports.front}`, stats: `http://127.0.0.1:${ports.stats}`, sip: [], nodes: [], netns };

  async up() {
    if (!POSTGRES_BIN) fail("PostgreSQL is not installed (Debian: postgresql)");
    if (!existsSync(bin)) fail(`${bin} is not there; build it first (make build)`);
    if (flag("fresh")) rmSync(dir, { recursive: true, force: true });
    mkdirSync(join(dir, "log"), { recursive: true });
    chmodSync(dir, 0o711);
    this.password = this.secret();
    if (netns) network.up();
    await Promise.all([this.postgres(), this.redis()]);
    this.database = `postgres://tandem:${this.password}@${HOST}:${ports.primary},${HOST}:${ports.standby}/tandem`;
    if (!existsSync(join(dir, "master.key"))) {
      const made = spawnSync(bin, ["keys", "new", join(dir, "master.key")], { encoding: "utf8" });
      if (made.status !== 0) throw new Error(`the master key cannot be made: ${made.stderr}`);
    }
    const demo = spawnSync(bin, ["demo", "--url", this.state.http, "--sip", `${NET}.21:${ports.sip}`, ...this.common("demo")], { encoding: "utf8" });
    if (demo.status !== 0) throw new Error(`the demo cannot be made: ${demo.stderr}`);
    this.state.demo = join(dir, "data/demo/demo.json");
    // Who calls the demo number is another host here.
    if (netns) this.sql(ports.primary, `UPDATE trunks SET network = '${HOST}/32'`, "tandem");
    await Promise.all(NODES.map((node) => this.node(node)));
    this.haproxy();
    await answers(`${this.state.http}/readyz`);
    this.save();
    say(`ready ${this.state.http}`);
    say(demo.stdout.trimEnd());
    say(`nodes       ${NODES.map((node) => node.name).join(" ")}`);
    say(`watch       ${this.state.stats} (HAProxy), http://${NODES[0].ip}:${ports.admin}/metrics (any node), logs in ${join(dir, "log")}`);
    say(`try         kill -9 a pid of ${file}; make rolling; psql '${this.database}'`);
  }

  /** The password outlives a restart of the cluster on the same folder. */
  secret() {
    const path = join(dir, "password");
    if (!existsSync(path)) writeFileSync(path, randomBytes(12).toString("hex"), { mode: 0o600 });
    return readFileSync(path, "utf8");
  }

  common(name) {
    return [
      "--data", join(dir, "data", name), "--database", this.database, "--redis", `redis://${HOST}:${ports.redis}/`, "--name", name,
      "--master-key-file", join(dir, "master.key"), "--audit-key", join(dir, "audit.key"), "--log", process.env.TANDEM_LOG ?? "info",
    ];
  }

  node({ name, role, ip }) {
    const args = [
      "serve", "--roles", role, ...this.common(name), "--links", `${ip}:${ports.links}`, "--http", `${ip}:${ports.http}`,
      "--admin", `${ip}:${ports.admin}`, "--sip", `${ip}:${ports.sip}`, "--media", `${ip}:${ports.media}`, "--url", this.state.http,
      "--webhook-networks", HOOKS, "--trusted-proxies", "127.0.0.0/8",
    ];
    const entry = { name, roles: [role], ip, pid: 0, args, admin: `${ip}:${ports.admin}`, log: join(dir, "log", `${name}.log`) };
    if (role === "sip") this.state.sip.push(`${ip}:${ports.sip}`);
    this.state.nodes.push(entry);
    return this.start(entry);
  }

  async start(entry) {
    mkdirSync(join(dir, "data", entry.name), { recursive: true });
    const log = openSync(entry.log, "a");
    // Which replaces itself with the program: the process is the node's in either case.
    const [program, args] = netns ? ["ip", ["netns", "exec", `tandem-${entry.name}`, bin, ...entry.args]] : [bin, entry.args];
    const child = spawn(program, args, { stdio: ["ignore", log, log], env: { ...process.env, TANDEM_ROLES: undefined } });
    entry.pid = child.pid;
    this.processes.set(entry.name, child);
    this.save();
    child.on("exit", async (code, signal) => {
      if (this.stopping || this.processes.get(entry.name) !== child) return;
      say(`${entry.name} ended (${signal ?? code})`);
      entry.pid = 0;
      this.save();
      if (flag("no-restart")) return;
      await wait(RESTART_AFTER_MS);
      if (!this.stopping) await this.start(entry).catch((error) => say(`${entry.name}: ${error.message}`));
    });
    await answers(`http://${entry.admin}/readyz`, () => child.exitCode ?? child.signalCode, entry);
  }

  /** Runs a program as the account PostgreSQL accepts: never root. */
  asPostgres(program, args) {
    const path = join(POSTGRES_BIN, program);
    return process.getuid() === 0 ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, ...args]] : [path, args];
  }

  pg(program, args, env = {}) {
    const [path, rest] = this.asPostgres(program, args);
    const done = spawnSync(path, rest, { encoding: "utf8", cwd: "/", env: { ...process.env, ...env } });
    if (done.status !== 0) throw new Error(`${program}: ${done.stderr || done.stdout || done.error}`);
  }

  sql(port, text, database = "postgres") {
    this.pg("psql", ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-d", database, "-qAtc", text], { PGPASSWORD: this.password });
  }

  /** Waits until the database takes connections, which is later than it listens. */
  async accepts(port) {
    const until = Date.now() + READY_WITHIN_MS;
    const [path, args] = this.asPostgres("pg_isready", ["-q", "-h", "127.0.0.1", "-p", String(port)]);
    while (spawnSync(path, args, { cwd: "/" }).status !== 0) {
      if (Date.now() > until) throw new Error(`PostgreSQL does not take connections on port ${port}`);
      await wait(50);
    }
  }

  async postgres() {
    const [primary, standby] = ["primary", "standby"].map((name) => join(dir, "postgres", name));
    const owner = process.getuid() === 0 ? ids("postgres") : undefined;
    mkdirSync(join(dir, "postgres"), { recursive: true });
    if (owner) chownSync(join(dir, "postgres"), ...owner);
    const fresh = !existsSync(primary);
    if (fresh) {
      const password = join(dir, "postgres", "pw");
      writeFileSync(password, this.password, { mode: 0o600 });
      if (owner) chownSync(password, ...owner);
      this.pg("initdb", ["-D", primary, "-U", "postgres", "-A", "scram-sha-256", `--pwfile=${password}`, "-E", "UTF8", "--locale=C", "--no-sync"]);
      writeFileSync(join(primary, "postgresql.auto.conf"), `max_connections = 300\nwal_level = replica\nmax_wal_senders = 6\nhot_standby = on\nwal_sender_timeout = 3s\nunix_socket_directories = ''\nlisten_addresses = '127.0.0.1${netns ? `,${HOST}` : ""}'\n`);
      if (netns) appendFileSync(join(primary, "pg_hba.conf"), `host all all ${NET}.0/24 scram-sha-256\n`);
    }
    this.server("postgres-primary", primary, ports.primary);
    await this.accepts(ports.primary);
    if (fresh) {
      this.sql(ports.primary, `CREATE ROLE tandem LOGIN PASSWORD '${this.password}'`);
      this.sql(ports.primary, "CREATE DATABASE tandem OWNER tandem");
      this.pg("pg_basebackup", ["-h", "127.0.0.1", "-p", String(ports.primary), "-U", "postgres", "-D", standby, "-X", "stream", "-c", "fast", "--no-sync"], { PGPASSWORD: this.password });
      const followed = `host=127.0.0.1 port=${ports.primary} user=postgres password=${this.password} application_name=standby`;
      writeFileSync(join(standby, "postgresql.auto.conf"), `${readFileSync(join(standby, "postgresql.auto.conf"), "utf8")}primary_conninfo = '${followed}'\n`);
      writeFileSync(join(standby, "standby.signal"), "");
      if (owner) chownSync(join(standby, "standby.signal"), ...owner);
    }
    this.server("postgres-standby", standby, ports.standby);
    await this.accepts(ports.standby);
    if (fresh) {
      this.sql(ports.primary, "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
      this.sql(ports.primary, "SELECT pg_reload_conf()");
    }
    const seen = (name, port, path) => ({ pid: this.processes.get(name).pid, port, dir: path });
    this.state.postgres = {
      primary: seen("postgres-primary", ports.primary, primary), standby: seen("postgres-standby", ports.standby, standby),
      promote: this.asPostgres("pg_ctl", ["promote", "-D", standby]).flat(),
    };
    this.processes.get("postgres-primary").on("exit", () => this.failOver());
  }

  failOver() {
    if (this.stopping || flag("no-failover")) return;
    say("the primary ended: the standby is promoted");
    const [program, ...args] = this.state.postgres.promote;
    spawn(program, args, { cwd: "/", stdio: "ignore" });
  }

  server(name, data, port) {
    const [path, args] = this.asPostgres("postgres", ["-D", data, "-p", String(port)]);
    this.daemon(name, path, args);
  }

  daemon(name, path, args, env = {}) {
    const log = openSync(join(dir, "log", `${name}.log`), "a");
    const child = spawn(path, args, { stdio: ["ignore", log, log], cwd: "/", env: { ...process.env, ...env } });
    child.on("error", (error) => fail(`${name}: ${error.message}`));
    this.processes.set(name, child);
    return child;
  }

  async redis() {
    const data = join(dir, "redis");
    mkdirSync(data, { recursive: true });
    const bind = netns ? ["127.0.0.1", HOST, "--protected-mode", "no"] : ["127.0.0.1"];
    const args = ["--bind", ...bind, "--port", String(ports.redis), "--save", "", "--appendonly", "no", "--dir", data];
    const child = this.daemon("redis", "redis-server", args);
    this.state.redis = { pid: child.pid, port: ports.redis, dir: data, args: ["redis-server", ...args] };
    child.on("exit", async () => {
      if (this.stopping || flag("no-restart")) return;
      await wait(RESTART_AFTER_MS);
      if (!this.stopping) await this.redis().then(() => this.save());
    });
    await listens(ports.redis);
  }

  haproxy() {
    const child = this.daemon("haproxy", "haproxy", ["-db", "-f", join(ROOT, "deploy/haproxy/haproxy.cfg")], {
      TANDEM_FRONT: `127.0.0.1:${ports.front}`, TANDEM_STATS: `127.0.0.1:${ports.stats}`,
      TANDEM_EDGE_1: `${NET}.11:${ports.http}`, TANDEM_EDGE_2: `${NET}.12:${ports.http}`,
      TANDEM_ADMIN_1_HOST: `${NET}.11`, TANDEM_ADMIN_2_HOST: `${NET}.12`, TANDEM_ADMIN_PORT: String(ports.admin),
    });
    this.state.haproxy = { pid: child.pid };
  }

  /** A reader sees the old file or the whole new one. */
  save() {
    writeFileSync(`${file}.new`, `${JSON.stringify({ ...this.state, pid: process.pid, dir, database: this.database }, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  async down() {
    if (this.ending) return;
    this.stopping = this.ending = true;
    const ended = (names, signal) => Promise.all(names.map((name) => end(this.processes.get(name), signal)));
    const names = [...this.processes.keys()];
    const engines = names.filter((name) => name.startsWith("postgres"));
    await ended(names.filter((name) => !engines.includes(name)), "SIGTERM");
    await ended(engines, "SIGINT");
    if (netns) network.down();
    rmSync(file, { force: true });
  }
}

const ids = (user) => ["-u", "-g"].map((what) => Number(spawnSync("id", [what, user], { encoding: "utf8" }).stdout));

async function end(child, signal) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), 12_000);
  await ended;
  clearTimeout(late);
}

async function listens(port, host = "127.0.0.1") {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const open = await new Promise((done) => {
      const socket = connect(port, host, () => { socket.destroy(); done(true); });
      socket.once("error", () => done(false));
    });
    if (open) return;
    if (Date.now() > until) throw new Error(`nothing listens on ${host}:${port}`);
    await wait(50);
  }
}

async function answers(url, ended = () => null, entry = undefined) {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const status = await fetch(url).then((response) => response.status, () => 0);
    if (status === 200) return;
    if (ended() !== null) throw new Error(`${entry?.name} ended while it started: see ${entry?.log}`);
    if (Date.now() > until) throw new Error(`${url} is not ready (${status})`);
    await wait(50);
  }
}

const read = () => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : fail(`no cluster runs in ${dir}`));

/** SIGTERM to each node in turn; the cluster starts it again; on to the next when it is ready. */
async function rolling() {
  for (const { name } of read().nodes) {
    const before = read().nodes.find((node) => node.name === name);
    const began = Date.now();
    if (before.pid) process.kill(before.pid, "SIGTERM");
    let now = before;
    while (now.pid === 0 || now.pid === before.pid) {
      if (Date.now() - began > READY_WITHIN_MS) fail(`${name} does not come back`);
      await wait(50);
      now = read().nodes.find((node) => node.name === name);
      if (now.pid === before.pid && !alive(before.pid)) now = { ...now, pid: 0 };
    }
    await answers(`http://${now.admin}/readyz`);
    say(`${name.padEnd(8)} ${before.pid} -> ${now.pid}  ${Date.now() - began} ms`);
  }
}

const alive = (pid) => {
  try { process.kill(pid, 0); return true; } catch { return false; }
};

if (command === "up") {
  const cluster = new Cluster();
  // Somebody is about to kill the nodes on purpose: none is started again.
  process.on("SIGUSR2", () => { cluster.stopping = true; });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => cluster.down().then(() => process.exit(0)));
  await cluster.up().catch(async (error) => { process.stderr.write(`cluster: ${error.message}\n`); await cluster.down(); process.exit(1); });
} else if (command === "rolling") {
  await rolling();
} else if (command === "status") {
  for (const node of read().nodes) {
    const status = await fetch(`http://${node.admin}/readyz`).then((response) => response.status, () => "-");
    say(`${node.name.padEnd(8)} pid ${String(node.pid).padEnd(8)} ${status}`);
  }
} else {
  fail(`there is no command ${command}: up, rolling and status are`);
}
