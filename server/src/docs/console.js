// Sends requests of one's own: they go to this server as any program's would, with the token in the margin.
const told = ['etag', 'ratelimit', 'retry-after', 'x-request-id', 'idempotency-replayed']

// A form for one operation. Nothing is built before it is opened.
export function attempt(el, path, method, op) {
  const details = el('details', { class: 'attempt' }, el('summary', {}, 'Try it'))
  details.addEventListener('toggle', () => details.open && details.children.length === 1 && details.append(form(el, path, method, op)))
  return details
}

function form(el, path, method, op) {
  const inputs = (op.parameters ?? []).map((parameter) => {
    const input = el('input', { name: parameter.name, autocomplete: 'off', ...(parameter.required ? { required: '' } : {}) })
    return { parameter, input, label: el('label', {}, `${parameter.name} (${parameter.in})`, input) }
  })
  const [kind, content] = Object.entries(op.requestBody?.content ?? {})[0] ?? []
  const body = kind && el('textarea', { name: 'body', rows: '8', spellcheck: 'false' })
  if (body) body.value = kind === 'application/json' ? JSON.stringify(content.example ?? {}, null, 2) : new URLSearchParams(content.example ?? {}).toString()
  const answer = el('pre', { hidden: '', tabindex: '0', 'aria-live': 'polite' })
  const button = el('button', { type: 'submit' }, `Send ${method.toUpperCase()}`)
  const whole = el('form', {}, ...inputs.map(({ label }) => label), body ? el('label', {}, `Body, ${kind}`, body) : undefined, button, answer)
  whole.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    answer.hidden = false
    answer.textContent = '…'
    try {
      answer.textContent = await send(path, method, inputs, kind, body?.value)
    } catch (error) {
      answer.textContent = String(error)
    }
    button.disabled = false
  })
  return whole
}

async function send(path, method, inputs, kind, body) {
  const query = new URLSearchParams()
  const headers = new Headers()
  let address = path
  for (const { parameter, input } of inputs) {
    if (parameter.in === 'path') address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value))
    else if (input.value === '') continue
    else if (parameter.in === 'query') query.set(parameter.name, input.value)
    else if (parameter.in === 'header') headers.set(parameter.name, input.value)
  }
  const token = document.getElementById('token')
  if (token.value) headers.set('Authorization', `Bearer ${token.value.trim()}`)
  if (kind) headers.set('Content-Type', kind)
  const response = await fetch(query.size ? `${address}?${query}` : address, { method: method.toUpperCase(), headers, body })
  const text = await response.text()
  const lines = [`${response.status} ${response.statusText}`]
  for (const name of told) if (response.headers.has(name)) lines.push(`${name}: ${response.headers.get(name)}`)
  return [...lines, '', pretty(text, token)].join('\n')
}

// JSON to be read; whoever signed in here goes on as who they are.
function pretty(text, token) {
  try {
    const value = JSON.parse(text)
    if (typeof value.token === 'string' && value.me) token.value = value.token
    return JSON.stringify(value, null, 2)
  } catch {
    return text
  }
}
