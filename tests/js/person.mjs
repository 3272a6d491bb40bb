// A person who is logged in, for programs that ask one for access: opens their link at our house and allows it.

const FIELD = /<input type="hidden" name="(\w+)" value="([^"]*)"/g
const ENTITIES = { "&amp;": "&", "&quot;": '"', "&#x27;": "'", "&lt;": "<", "&gt;": ">" }

const text = (value) => value.replace(/&(?:amp|quot|#x27|lt|gt);/g, (entity) => ENTITIES[entity])

/** The address that the person is sent back to. */
export async function approves(link, house, { allow = true } = {}) {
  const { pathname, search } = new URL(link)
  const address = house.url + pathname + search
  const page = await fetch(address, { headers: { cookie: house.session }, redirect: "manual" })
  const form = new URLSearchParams([...(await page.text()).matchAll(FIELD)].map(([, name, value]) => [name, text(value)]))
  if (allow) form.set("allow", "Authorize")
  const token = page.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ")
  const sent = await fetch(address, {
    method: "POST", body: form, redirect: "manual", headers: { cookie: `${house.session}; ${token}` },
  })
  return new URL(sent.headers.get("location"))
}
