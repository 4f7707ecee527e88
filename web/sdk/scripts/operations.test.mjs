import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { operationsFile } from "./operations.mjs";

const json = (schema) => ({ content: { "application/json": { schema } } });
const PAGE = { type: "object", properties: { items: { type: "array" }, next: { type: "string" } } };
const KEY = { in: "header", name: "Idempotency-Key" };

/** A document with these operations, by method and path; each is found by the order it is named in. */
const documentOf = (operations) => ({
  components: { schemas: { Page: PAGE } },
  paths: Object.entries(operations).reduce((paths, [name, operation], number) => {
    const [method, path] = name.split(" ");
    const whole = { operationId: `op${number}`, summary: name, responses: { 204: {} }, ...operation };
    return { ...paths, [`/api/v1${path}`]: { ...paths[`/api/v1${path}`], [method.toLowerCase()]: whole } };
  }, {}),
});

/** Where operations are found: `chats.messages.list` for each, by what they ask for. */
function places(operations) {
  const text = operationsFile(documentOf(operations));
  const found = {};
  for (const [, name, body] of text.matchAll(/export class (\w+) \{(.*?)\n\}/gs)) {
    for (const [, method, path, verb] of body.matchAll(/`\w+ (\S+)`\n {3}\*\/\n {2}(\w+)\(.*?method: "(\w+)"/gs)) {
      found[`${verb} ${method.replace("/api/v1", "")}`] = `${name}.${path}`;
    }
  }
  return found;
}

describe("an operation is found by its path", () => {
  it("in a group of what is named on it, by what is done", () => {
    const list = { responses: { 200: json({ $ref: "#/components/schemas/Page" }) } };
    const wanted = {
      "GET /chats": "ChatsApi.list",
      "POST /chats": "ChatsApi.create",
      "GET /chats/{chat}": "ChatsApi.get",
      "POST /chats/{chat}/typing": "ChatsApi.typing",
      "PUT /chats/{chat}/read": "ChatsReadApi.set",
      "DELETE /chats/{chat}/messages/{message}": "ChatsMessagesApi.remove",
      "PATCH /chats/{chat}/messages/{message}": "ChatsMessagesApi.edit",
      "GET /me/sessions": "MeSessionsApi.list",
      "DELETE /me/sessions": "MeSessionsApi.removeAll",
      "GET /me/second-factor": "MeSecondFactorApi.get",
      "POST /me/second-factor": "MeSecondFactorApi.create",
      "POST /me/second-factor/confirm": "MeSecondFactorApi.confirm",
      "DELETE /me/second-factor": "MeSecondFactorApi.remove",
      "POST /batch": "Operations.batch",
    };
    const lists = ["GET /chats", "GET /me/sessions"];
    expect(places(Object.fromEntries(Object.keys(wanted).map((name) => [name, lists.includes(name) ? list : {}])))).toEqual(wanted);
  });

  it("with its path's values in its name where another has the plain one, and never two in one place", () => {
    expect(places({ "GET /queues/{queue}/stats": {}, "GET /queues/stats": {} })).toEqual({
      "GET /queues/{queue}/stats": "QueuesStatsApi.getOfQueue",
      "GET /queues/stats": "QueuesStatsApi.get",
    });
    expect(() => operationsFile(documentOf({ "GET /a/{x}": {}, "GET /a/{x}/{y}": {}, "GET /{x}/a/{y}": {} }))).toThrow("are both");
    expect(() => operationsFile(documentOf({ "POST /follow": {} }))).toThrow("taken");
  });

  it("and the sockets' are not there", () => {
    expect(places({ "GET /ws": { responses: { 101: {} } } })).toEqual({});
  });
});

describe("a method", () => {
  it("takes what its operation needs before what it does not", () => {
    const text = operationsFile(
      documentOf({
        "POST /a/{x}/b": { parameters: [{ in: "query", name: "q", required: true }], requestBody: { content: { "application/json": {} } } },
        "POST /a/{x}/c": { parameters: [KEY], requestBody: { required: true, content: { "application/x-www-form-urlencoded": {} } }, security: [{}] },
      }),
    );
    expect(text).toContain('b(x: Path<"op0", "x">, query: Query<"op0">, body?: Body<"op0">, options?: RequestOptions): Promise<void>');
    expect(text).toContain('{ method: "POST", path: path`/api/v1/a/${x}/b`, query, body, unkeyed: true }');
    expect(text).toContain('{ method: "POST", path: path`/api/v1/a/${x}/c`, body, form: true, open: true }');
  });

  it("says what its operation's text says, which cannot end the comment", () => {
    const text = operationsFile(documentOf({ "POST /a": { summary: "Does it", description: "Kinds: call.*/chat.*\n\nTwice." } }));
    expect(text).toContain("  /**\n   * Does it\n   *\n   * Kinds: call.*\\/chat.*\n   *\n   * Twice.\n   *\n   * `POST /api/v1/a`\n   */");
  });
});

it("is the same whatever the order of the document", () => {
  const document = JSON.parse(readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8"));
  const backwards = (object) => Object.fromEntries(Object.entries(object).toReversed());
  const paths = backwards(Object.fromEntries(Object.entries(document.paths).map(([path, item]) => [path, backwards(item)])));
  expect(operationsFile({ ...document, paths })).toBe(operationsFile(document));
});
