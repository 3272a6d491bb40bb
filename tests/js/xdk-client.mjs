// X's own current SDK for JavaScript as it comes, with its host changed. tests/api/test_node_client.py starts the product,
// says in HOUSE what is in it, and runs this.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { test } from "node:test"

import { approves } from "./person.mjs"

const require = createRequire(import.meta.url)
const house = JSON.parse(process.env.HOUSE)
// The only change: what goes to X goes to us. The SDK takes a base URL for calls, and none for logging in.
const elsewhere = globalThis.fetch
globalThis.fetch = (url, options) => elsewhere(String(url).replace(/^https:\/\/(?:api\.)?x\.com\//, `${house.url}/`), options)
const { ApiError, Client, OAuth2, UserPaginator, PostPaginator, generateCodeChallenge, generateCodeVerifier } =
  require("@xdevplatform/xdk")

const x = new Client({ baseUrl: house.url, accessToken: house.token })

// Every field and expansion that X's types of the SDK name for a kind of call.
const types = readFileSync(require.resolve("@xdevplatform/xdk").replace("index.cjs", "index.d.ts"), "utf8")
const words = (name) => [...new Set([...types.matchAll(new RegExp(`\\b${name}\\?: Array<([^>]*)>`, "g"))].flatMap(
  (found) => [...found[1].matchAll(/['"]([\w.]+)['"]/g)].map((word) => word[1])))]
const USER_FIELDS = words("userFields").filter((word) => !/^(?:article|attachments)/.test(word))
const EVERYTHING = {
  spaces: {
    spaceFields: ["created_at", "ended_at", "id", "is_ticketed", "lang", "participant_count", "scheduled_start", "started_at",
      "state", "subscriber_count", "title", "updated_at"],
    expansions: ["creator_id", "host_ids", "invited_user_ids", "speaker_ids", "topic_ids"],
    userFields: ["subscribes_to_you", "public_metrics", "username", ...USER_FIELDS],
    topicFields: ["description", "id", "name"],
  },
  users: {
    userFields: ["subscribes_to_you", "public_metrics", "created_at", ...USER_FIELDS],
    expansions: ["affiliation", "most_recent_post_id", "pinned_post_id"],
    postFields: ["article_title", "public_metrics", "suggested_source_links_with_counts"],
  },
  posts: {
    postFields: ["article", "created_at", "conversation_id", "public_metrics", "reply_settings", "matched_media_notes"],
    expansions: ["article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_tweet",
      "attachments.poll_ids", "author_id", "edit_history_post_ids", "entities.mentions.username", "geo.place_id",
      "in_reply_to_user_id", "referenced_posts", "username"],
    userFields: ["subscribes_to_you", ...USER_FIELDS],
    mediaFields: ["media_key"],
    placeFields: ["id"],
    pollFields: ["id"],
  },
}
const ids = (rows) => rows.map((row) => row.id)

async function refusal(call) {
  try {
    await call()
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error
  }
  return assert.fail("it was not refused")
}

for (const [wants, options] of [["nothing more", {}], ["everything", EVERYTHING]]) {
  test(`Spaces, with ${wants}`, async () => {
    assert.equal((await x.spaces.getById(house.live, options.spaces)).data.id, house.live)
    const found = await x.spaces.getByIds([house.live, "1Gone"], options.spaces)
    assert.deepEqual(ids(found.data), [house.live])
    assert.equal(found.errors[0].type, "https://api.x.com/2/problems/resource-not-found")
    assert.equal((await x.spaces.getByCreatorIds([house.ada], options.spaces)).data.length, 2)
    assert.deepEqual(ids((await x.spaces.search("Space", { state: "live", ...options.spaces })).data), [house.live])
    assert.deepEqual(ids((await x.spaces.getPosts(house.live, options.posts)).data), [house.post])
    assert.equal((await x.spaces.getBuyers(house.live, options.users)).meta.resultCount, 0)
  })

  test(`people, with ${wants}`, async () => {
    assert.equal((await x.users.getMe(options.users)).data.id, house.ada)
    assert.equal((await x.users.getById(house.bob, options.users)).data.id, house.bob)
    assert.deepEqual(ids((await x.users.getByIds([house.ada, house.bob], options.users)).data), [house.ada, house.bob])
    assert.equal((await x.users.getByUsername(house.username, options.users)).data.id, house.ada)
    assert.equal((await x.users.getByUsernames([house.username], options.users)).data.length, 1)
    assert.equal((await x.users.followUser(house.ada, { targetUserId: house.bob })).data.following, true)
    assert.deepEqual(ids((await x.users.getFollowing(house.ada, options.users)).data), [house.bob])
    assert.deepEqual(ids((await x.users.getFollowers(house.bob, options.users)).data), [house.ada])
    assert.equal((await x.users.unfollowUser(house.ada, house.bob)).data.following, false)
    assert.equal((await x.users.muteUser(house.ada, { targetUserId: house.bob })).data.muting, true)
    assert.deepEqual(ids((await x.users.getMuting(house.ada, options.users)).data), [house.bob])
    assert.equal((await x.users.unmuteUser(house.ada, house.bob)).data.muting, false)
  })

  test(`posts, with ${wants}`, async () => {
    const reply = (await x.posts.create({ text: "An answer", reply: { inReplyToTweetId: house.post } })).data
    const found = await x.posts.getById(reply.id, options.posts)
    if (options.posts) {
      assert.deepEqual(found.data.referencedPosts, [{ type: "replied_to", id: house.post }])
      assert.deepEqual(ids(found.includes.posts), [house.post])
      assert.equal(found.data.publicMetrics.repostCount, 0)
    }
    assert.deepEqual(ids((await x.posts.getByIds([house.post, reply.id], options.posts)).data), [house.post, reply.id])
    assert.equal((await x.users.createBookmark(house.ada, { tweetId: house.post })).data.bookmarked, true)
    assert.deepEqual(ids((await x.users.getBookmarks(house.ada, options.posts)).data), [house.post])
    assert.equal((await x.users.deleteBookmark(house.ada, house.post)).data.bookmarked, false)
    const own = { maxResults: 5, exclude: ["retweets"], startTime: "2020-01-01T00:00:00Z", ...options.posts }
    assert.ok(ids((await x.users.getPosts(house.ada, own)).data).includes(reply.id))
    const home = { maxResults: 5, endTime: "2099-01-01T00:00:00Z", ...options.posts }
    assert.ok(ids((await x.users.getTimeline(house.ada, home)).data).includes(house.post))
    assert.equal((await x.posts.delete(reply.id)).data.deleted, true)
  })
}

test("pages to the end", async () => {
  const made = []
  for (const text of ["One", "Two", "Three"]) made.push((await x.posts.create({ text })).data.id)
  const pages = new PostPaginator(async (token) => {
    const page = await x.users.getPosts(house.ada, { maxResults: 2, ...(token ? { paginationToken: token } : {}) })
    return { data: page.data ?? [], meta: page.meta, includes: page.includes, errors: page.errors }
  })
  const found = []
  for await (const post of pages) found.push(post.id)
  assert.deepEqual(found, [...made.reverse(), house.post])
  assert.ok(UserPaginator)
})

test("errors are its own", async () => {
  const bad = await refusal(() => x.spaces.search("x".repeat(2049)))
  assert.deepEqual([bad.status, bad.data.type], [400, "https://api.x.com/2/problems/invalid-request"])
  assert.equal((await refusal(() => x.posts.create({ text: "Hi", replySettings: "following" }))).status, 400)
  const wrong = new Client({ baseUrl: house.url, accessToken: "wrong" })
  assert.equal((await refusal(() => wrong.users.getMe())).status, 401)
})

test("it logs in, refreshes, and gives its token back", async () => {
  const { clientId, clientSecret, back: redirectUri } = house.app
  const login = new OAuth2({ clientId, clientSecret, redirectUri, scope: house.scopes })
  const verifier = generateCodeVerifier()
  await login.setPkceParameters(verifier, await generateCodeChallenge(verifier))
  const sent = await approves(await login.getAuthorizationUrl("s"), house)
  assert.deepEqual([sent.searchParams.get("state"), sent.searchParams.get("iss")], ["s", house.url])
  const token = await login.exchangeCode(sent.searchParams.get("code"), verifier)
  assert.deepEqual(token.scope.split(" "), house.scopes)
  const me = (key) => new Client({ baseUrl: house.url, accessToken: key }).users.getMe()
  assert.equal((await me(token.access_token)).data.id, house.ada)
  const newer = await login.refreshToken()
  assert.equal((await me(newer.access_token)).data.id, house.ada)
  assert.equal((await refusal(() => me(token.access_token))).status, 401)
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64")
  const gone = await fetch("https://api.x.com/2/oauth2/revoke", {
    method: "POST", body: new URLSearchParams({ token: newer.access_token }), headers: { Authorization: `Basic ${basic}` },
  })
  assert.deepEqual(await gone.json(), { revoked: true })
  assert.equal((await refusal(() => me(newer.access_token))).status, 401)
})
