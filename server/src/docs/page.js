// Draws /api/v1/openapi.json. Plain DOM: nothing is loaded from elsewhere, and no text of the document is read as HTML.
import { attempt } from './console.js'

const methods = ['get', 'post', 'put', 'patch', 'delete']
const spec = await (await fetch('/api/v1/openapi.json')).json()
const schemas = spec.components?.schemas ?? {}

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children.filter((child) => child !== undefined && child !== null))
  return element
}

// `code` between backticks; paragraphs at blank lines.
function prose(text = '') {
  return text.split(/\n\s*\n/).map((paragraph) =>
    el('p', {}, ...paragraph.split(/(`[^`]*`)/).map((part) => (part.startsWith('`') ? el('code', {}, part.slice(1, -1)) : part))),
  )
}

const refName = (ref) => ref.split('/').pop()

function typeOf(schema) {
  if (!schema || Object.keys(schema).length === 0) return ['any']
  if (schema.$ref) return [el('a', { href: `#schema-${refName(schema.$ref)}` }, refName(schema.$ref))]
  const choices = schema.oneOf ?? schema.anyOf
  if (choices) return choices.flatMap((choice, index) => [index ? ' | ' : '', ...typeOf(choice)])
  if (schema.allOf) return schema.allOf.flatMap((part, index) => [index ? ' & ' : '', ...typeOf(part)])
  if (schema.enum) return [schema.enum.map((value) => JSON.stringify(value)).join(' | ')]
  if (schema.const !== undefined) return [JSON.stringify(schema.const)]
  const types = [].concat(schema.type ?? 'object')
  if (types.includes('array')) return ['list of ', ...typeOf(schema.items)]
  return [types.join(' | ') + (schema.format ? ` (${schema.format})` : '')]
}

function rows(heads, lines) {
  if (lines.length === 0) return undefined
  const head = el('tr', {}, ...heads.map((text) => el('th', { scope: 'col' }, text)))
  return el('table', {}, el('thead', {}, head), el('tbody', {}, ...lines.map((cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, ...[].concat(cell)))))))
}

function fields(schema) {
  const parts = schema.allOf ?? [schema]
  return parts.flatMap((part) =>
    part.$ref
      ? [['…', typeOf(part), '']]
      : Object.entries(part.properties ?? {}).map(([name, value]) => [
          name + (part.required?.includes(name) ? '' : '?'),
          el('span', { class: 'type' }, ...typeOf(value)),
          value.description ?? '',
        ]),
  )
}

function operation(path, method, op) {
  const body = Object.values(op.requestBody?.content ?? {})[0]?.schema
  const parameters = (op.parameters ?? []).map((p) => [p.name + (p.required ? '' : '?'), el('span', { class: 'type' }, ...typeOf(p.schema)), p.description ?? ''])
  const answers = Object.entries(op.responses ?? {}).map(([status, answer]) => {
    const schema = Object.values(answer.content ?? {})[0]?.schema
    const types = answer['x-problem-types'] ?? []
    const shape = types.length > 0 ? types.join(', ') : schema ? el('span', { class: 'type' }, ...typeOf(schema)) : ''
    return [status, answer.description ?? '', shape]
  })
  return el(
    'section',
    { class: 'operation', id: op.operationId },
    el('h3', {}, op.summary ?? op.operationId),
    el('p', { class: 'path' }, el('span', { class: `method ${method}` }, method), ` ${path}`),
    ...prose(op.description),
    parameters.length ? el('h4', {}, 'Parameters') : undefined,
    rows(['Name', 'Type', 'Meaning'], parameters),
    body ? el('h4', {}, 'Body: ', ...typeOf(body)) : undefined,
    el('h4', {}, 'Answers'),
    rows(['Status', 'Meaning', 'Body'], answers),
    attempt(el, path, method, op),
  )
}

function draw() {
  const main = document.getElementById('main')
  const contents = document.getElementById('contents')
  main.append(el('h1', {}, `${spec.info.title} API `, el('small', { class: 'type' }, spec.info.version)), ...prose(spec.info.description))
  const operations = Object.entries(spec.paths).flatMap(([path, item]) => methods.filter((m) => item[m]).map((m) => [path, m, item[m]]))
  for (const tag of spec.tags ?? []) {
    const own = operations.filter(([, , op]) => op.tags?.includes(tag.name))
    if (own.length === 0) continue
    main.append(el('h2', { id: `tag-${tag.name}` }, tag.description ?? tag.name), ...own.map((entry) => operation(...entry)))
    const links = own.map(([path, method, op]) =>
      el('a', { href: `#${op.operationId}`, title: `${method.toUpperCase()} ${path}` }, el('span', { class: `method ${method}` }, method), op.summary ?? path),
    )
    contents.append(el('div', {}, el('h2', {}, tag.name), ...links))
  }
  main.append(el('h2', {}, 'Schemas'))
  for (const [name, schema] of Object.entries(schemas)) {
    main.append(
      el('section', { class: 'operation', id: `schema-${name}` }, el('h3', {}, name), ...prose(schema.description), rows(['Field', 'Type', 'Meaning'], fields(schema)) ?? el('p', { class: 'type' }, ...typeOf(schema))),
    )
  }
  document.getElementById('find').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase()
    for (const link of contents.querySelectorAll('a')) link.hidden = !`${link.title} ${link.textContent}`.toLowerCase().includes(wanted)
    for (const group of contents.children) group.hidden = ![...group.querySelectorAll('a')].some((link) => !link.hidden)
  })
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView()
}

draw()
