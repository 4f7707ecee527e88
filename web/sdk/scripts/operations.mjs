// A method for each operation of an OpenAPI document: where it is found, what it takes, what it gives. Pure: a document in, text out.

const PREFIX = "/api/v1/";
export const HEADER = "// Generated from docs/openapi.json by `npm run api`. Not to be edited.\n";
/** What `Tandem` has beside the operations. */
const TAKEN = ["follow", "stream", "connect", "request", "http"];

const METHODS = ["get", "post", "put", "patch", "delete"];
const camel = (words) => words.replace(/[-_]+(\w)/g, (_, letter) => letter.toUpperCase());
const pascal = (words) => camel(`-${words}`);
const isParam = (segment) => segment.startsWith("{");
const paramName = (segment) => segment.slice(1, -1);

/** Every operation under the prefix that is asked over plain HTTP, in the order of paths. */
function operationsOf(document) {
  const found = [];
  for (const path of Object.keys(document.paths).filter((path) => path.startsWith(PREFIX)).toSorted()) {
    const item = document.paths[path];
    for (const method of METHODS.filter((method) => item[method])) {
      const operation = item[method];
      if (operation.responses["101"]) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      found.push({ path, method, operation, parameters, segments: path.slice(PREFIX.length).split("/") });
    }
  }
  return found;
}

const resolve = (document, schema) =>
  schema?.$ref ? resolve(document, document.components.schemas[schema.$ref.split("/").at(-1)]) : (schema ?? {});

/** The JSON bodies of success: none, one, or one for each status. */
function answersOf(document, operation) {
  return Object.entries(operation.responses)
    .filter(([status]) => /^20[0-2]$/.test(status))
    .map(([, response]) => response.content?.["application/json"]?.schema)
    .filter(Boolean)
    .map((schema) => resolve(document, schema));
}

const isPage = (schema) => schema.type === "object" && schema.properties?.items?.type === "array";

/**
 * Where an operation is found: `GET /chats/{chat}/messages` as `chats.messages.list`. What is named on a path is a group, what is done
 * with it follows from the method; a `POST` to what is nothing else, as `/calls/{call}/answer`, is a deed of what it is done to.
 */
function placeOf(entry, document, all) {
  const { segments, method, path, operation } = entry;
  const group = segments.filter((segment) => !isParam(segment)).map(camel);
  const list = (each) => answersOf(document, each).some((schema) => isPage(schema) || schema.type === "array");
  if (isParam(segments.at(-1))) return { group, name: { get: "get", post: "create", put: "update", patch: "edit", delete: "remove" }[method] };
  const others = all.filter((other) => other !== entry && (other.path === path || other.path.startsWith(`${path}/`)));
  if (method === "post" && others.length === 0) return { group: group.slice(0, -1), name: group.at(-1) };
  const read = document.paths[path].get;
  const removes = read && list(read) ? "removeAll" : "remove";
  return { group, name: { get: list(operation) ? "list" : "get", post: "create", put: "set", patch: "edit", delete: removes }[method] };
}

/** The groups as a tree: `{ methods: Map, groups: Map }`. */
function treeOf(document) {
  const all = operationsOf(document);
  const root = { methods: new Map(), groups: new Map() };
  // Those with fewer values in their paths have the plain names.
  const params = (entry) => entry.segments.filter(isParam).length;
  for (const entry of all.toSorted((a, b) => params(a) - params(b))) {
    const { group, name } = placeOf(entry, document, all);
    let node = root;
    for (const each of group) {
      if (!node.groups.has(each)) node.groups.set(each, { methods: new Map(), groups: new Map() });
      node = node.groups.get(each);
    }
    const of = entry.segments.filter(isParam).map((segment) => pascal(paramName(segment))).join("And");
    const free = node.methods.has(name) ? `${name}Of${of}` : name;
    if (node.methods.has(free)) throw new Error(`${entry.method} ${entry.path} and ${node.methods.get(free).path} are both ${group.join(".")}.${free}`);
    node.methods.set(free, entry);
  }
  for (const name of [...root.methods.keys(), ...root.groups.keys()]) {
    if (TAKEN.includes(name)) throw new Error(`${name} is taken: Tandem.${name} is not an operation`);
  }
  return root;
}

/** Text as a comment; what it says must not end it. */
function comment(indent, paragraphs) {
  const lines = paragraphs.filter(Boolean).join("\n\n").replaceAll("*/", "*\\/").split("\n").map((line) => line.trimEnd());
  return [`${indent}/**`, ...lines.map((line) => `${indent} *${line && ` ${line}`}`), `${indent} */`].join("\n");
}

function methodOf(document, name, { path, method, operation, parameters, segments }) {
  const id = JSON.stringify(operation.operationId);
  const values = segments.filter(isParam).map(paramName);
  const variable = (value) => (["query", "body", "options"].includes(value) ? `${value}Value` : camel(value));
  // With `fields` an answer is no longer of its type: who wants less asks with `request`. `expand` says how it is answered, not what is asked.
  const asked = parameters.filter((each) => each.in === "query" && each.name !== "fields");
  const query = asked.filter((each) => each.name !== "expand");
  const expands = query.length < asked.length;
  const needsQuery = query.some((each) => each.required);
  const content = operation.requestBody?.content ?? {};
  const form = "application/x-www-form-urlencoded" in content && !("application/json" in content);
  const hasBody = Object.keys(content).length > 0;
  const needsBody = hasBody && operation.requestBody.required === true;
  const keyed = parameters.some((each) => each.in === "header" && each.name.toLowerCase() === "idempotency-key");
  const answers = answersOf(document, operation);
  const result = answers.length > 0 ? `Answer<${id}>` : "void";
  const open = operation.security?.some((each) => Object.keys(each).length === 0) ?? false;

  const more = [hasBody && ["body", "Body", needsBody], query.length > 0 && ["query", "Query", needsQuery]].filter(Boolean);
  const given = [
    ...values.map((value) => `${variable(value)}: Path<${id}, ${JSON.stringify(value)}>`),
    // What may be left out comes after what may not.
    ...more.filter(([, , needed]) => needed).map(([name, type]) => `${name}: ${type}<${id}>`),
    ...more.filter(([, , needed]) => !needed).map(([name, type]) => `${name}?: ${type}<${id}>`),
    `options?: ${expands ? `Expanding<${id}>` : "RequestOptions"}`,
  ];
  const template = path.replace(/\{([^}]+)\}/g, (_, value) => `\${${variable(value)}}`);
  const request = [
    `method: "${method.toUpperCase()}"`,
    `path: ${values.length > 0 ? `path\`${template}\`` : JSON.stringify(path)}`,
    ...queryOf(query.length > 0, expands),
    ...(hasBody ? ["body"] : []),
    ...(form ? ["form: true"] : []),
    ...(method === "post" && !keyed ? ["unkeyed: true"] : []),
    ...(open ? ["open: true"] : []),
  ];
  const text = [
    comment("  ", [operation.summary, operation.description, `\`${method.toUpperCase()} ${path}\``]),
    `  ${name}(${given.join(", ")}): Promise<${result}> {`,
    `    return this.http.send({ ${request.join(", ")} }, options);`,
    "  }",
  ];
  if (method === "get" && query.some((each) => each.name === "cursor") && answers.some(isPage)) {
    const everything = name === "list" ? "all" : `all${pascal(name)}`;
    const rest = given.map((each) => (each.startsWith("query") ? each.replace(/Query<(.*)>$/, 'Omit<Query<$1>, "cursor">') : each));
    const passed = [...values.map(variable), "{ ...query, cursor }", "options"].join(", ");
    text.push(
      "",
      `  /** All that \`${name}\` has, page after page. */`,
      `  ${everything}(${rest.join(", ")}): AsyncGenerator<Item<${id}>, void, undefined> {`,
      `    return pages((cursor) => this.${name}(${passed}));`,
      "  }",
    );
  }
  return text.join("\n");
}

function queryOf(isAsked, expands) {
  if (expands) return [`query: { ${isAsked ? "...query, " : ""}expand: options?.expand }`];
  return isAsked ? ["query"] : [];
}

const classOf = (trail) => `${trail.map(pascal).join("")}Api`;
const sorted = (map) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** The class of a group, after those of the groups in it. */
function classesOf(document, node, trail) {
  const inner = sorted(node.groups).flatMap(([name, each]) => classesOf(document, each, [...trail, name]));
  const isRoot = trail.length === 0;
  const groups = sorted(node.groups).map(([name]) => [name, classOf([...trail, name])]);
  // What only leads to others keeps no connection of its own.
  const kept = isRoot ? "protected readonly " : node.methods.size > 0 ? "private readonly " : "";
  const own = [
    isRoot ? "/** Every operation of the API, by what it is about. */\nexport class Operations {" : `export class ${classOf(trail)} {`,
    ...groups.map(([name, type]) => `  readonly ${name}: ${type};`),
    ...(groups.length > 0 ? [""] : []),
    `  constructor(${kept}http: Http) {${groups.length > 0 ? "" : "}"}`,
    ...groups.map(([name, type]) => `    this.${name} = new ${type}(http);`),
    ...(groups.length > 0 ? ["  }"] : []),
    ...sorted(node.methods).flatMap(([name, entry]) => ["", methodOf(document, name, entry)]),
    "}",
  ].join("\n");
  return [...inner, own];
}

/** The text of src/operations.ts. The same document in another order gives the same. */
export function operationsFile(document) {
  const classes = classesOf(document, treeOf(document), []);
  const imports = [
    'import { path, type Http, type RequestOptions } from "./http.js";',
    'import { pages } from "./pages.js";',
    'import type { Answer, Body, Expanding, Item, Path, Query } from "./shapes.js";',
  ];
  return `${HEADER}${imports.join("\n")}\n\n${classes.join("\n\n")}\n`;
}
