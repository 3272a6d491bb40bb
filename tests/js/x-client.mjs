// npm's twitter-api-v2 as it comes, with its host changed. tests/api/test_node_client.py starts the product, says in HOUSE
// what is in it, and runs this.
import assert from "node:assert/strict"
import http from "node:http"
import https from "node:https"
import { createRequire } from "node:module"
import { test } from "node:test"

import { approves } from "./person.mjs"

const require = createRequire(import.meta.url)
const house = JSON.parse(process.env.HOUSE)
// The only change: requests for X go to us, and not by TLS.
require("./node_modules/twitter-api-v2/dist/cjs/globals.js").API_V2_PREFIX = `${house.url}/2/`
// Logging in goes to an address that stands in its code.
const { request } = https
https.request = (options, ...more) => {
  if (options.host !== "api.x.com") return request(options, ...more)
  const { hostname: host, port } = new URL(house.url)
  return http.request({ ...options, protocol: "http:", agent: undefined, host, hostname: host, port }, ...more)
}
const {
  ApiResponseError,
  TweetHomeTimelineV2Paginator,
  TweetUserTimelineV2Paginator,
  TwitterApi,
  TwitterV2IncludesHelper,
  UserFollowersV2Paginator,
  UserFollowingV2Paginator,
} = require("twitter-api-v2")

const login = (token) => new TwitterApi(token, { httpAgent: new http.Agent({ keepAlive: false }) })
const x = login(house.token).v2

const SPACE_FIELDS = {
  "space.fields": house.spaceFields,
  expansions: ["invited_user_ids", "speaker_ids", "creator_id", "host_ids", "topic_ids"],
  "user.fields": house.userFields,
}
const USER_FIELDS = {
  "user.fields": house.userFields,
  expansions: ["pinned_tweet_id"],
  "tweet.fields": house.postFields,
  "media.fields": ["media_key", "type", "url"],
  "place.fields": ["id", "full_name"],
  "poll.fields": ["id", "options"],
}
const POST_FIELDS = {
  ...USER_FIELDS,
  expansions: [
    "attachments.poll_ids", "attachments.media_keys", "attachments.media_source_tweet", "author_id",
    "referenced_tweets.id", "in_reply_to_user_id", "edit_history_tweet_ids", "geo.place_id",
    "entities.mentions.username", "referenced_tweets.id.author_id", "article.cover_media", "article.media_entities",
    "entities.note.mentions.username", "referenced_tweets.id.attachments.media_keys",
  ],
}

const ids = (rows) => rows.map((row) => row.id)

async function refusal(call) {
  try {
    await call()
  } catch (error) {
    assert.ok(error instanceof ApiResponseError, String(error))
    return error
  }
  return assert.fail("it was not refused")
}

test("a Space with everything", async () => {
  const found = await x.space(house.live, SPACE_FIELDS)
  const space = found.data
  assert.deepEqual([space.id, space.state, space.creator_id], [house.live, "live", house.ada])
  assert.match(space.started_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.ok(!Number.isNaN(Date.parse(space.started_at)))
  assert.ok(space.host_ids.includes(house.ada) && space.speaker_ids.includes(house.ada))
  assert.ok(space.invited_user_ids.includes(house.bob))
  assert.deepEqual([typeof space.participant_count, typeof space.subscriber_count, space.is_ticketed], ["number", "number", false])
  assert.ok(!Object.values(space).includes(null) && !("ended_at" in space))
  const includes = new TwitterV2IncludesHelper(found)
  assert.equal(includes.userById(house.ada).username, house.username)
  assert.equal(new Set(ids(includes.users)).size, includes.users.length)
  assert.equal(found.includes.topics[0].name, "Knots")
})

test("Spaces by id, by creator and by title", async () => {
  const byId = await x.spaces([house.live, "1Gone"], SPACE_FIELDS)
  assert.deepEqual(ids(byId.data), [house.live])
  assert.equal(byId.errors[0].resource_id, "1Gone")
  const byCreator = await x.spacesByCreators([house.ada], SPACE_FIELDS)
  assert.deepEqual(new Set(ids(byCreator.data)), new Set([house.live, house.scheduled]))
  assert.equal(byCreator.meta.result_count, 2)
  const found = await x.searchSpaces({ query: "Space", state: "live", max_results: 10, ...SPACE_FIELDS })
  assert.deepEqual([ids(found.data), found.meta.result_count], [[house.live], 1])
  const none = await x.searchSpaces({ query: "nothing of the kind", state: "scheduled" })
  assert.deepEqual(none, { meta: { result_count: 0 } })
})

test("what belongs to a Space", async () => {
  assert.equal((await x.spaceBuyers(house.live, USER_FIELDS)).meta.result_count, 0)
  const posts = await x.spaceTweets(house.live, POST_FIELDS)
  assert.deepEqual([posts.data[0].id, posts.data[0].author_id], [house.post, house.ada])
  assert.equal(new TwitterV2IncludesHelper(posts).author(posts.data[0]).username, house.username)
})

test("people", async () => {
  const me = (await x.me(USER_FIELDS)).data
  assert.deepEqual([me.id, me.username, me.public_metrics.tweet_count], [house.ada, house.username, 1])
  assert.ok(!Number.isNaN(Date.parse(me.created_at)))
  assert.equal((await x.user(house.bob, USER_FIELDS)).data.id, house.bob)
  assert.equal((await x.userByUsername(house.username, USER_FIELDS)).data.id, house.ada)
  assert.deepEqual(ids((await x.users([house.ada, house.bob], USER_FIELDS)).data), [house.ada, house.bob])
  const byName = await x.usersByUsernames([house.username, "nobody_at_all"], USER_FIELDS)
  assert.deepEqual(ids(byName.data), [house.ada])
  assert.equal(byName.errors[0].value, "nobody_at_all")
})

test("following", async () => {
  assert.deepEqual((await x.follow(house.ada, house.bob)).data, { following: true, pending_follow: false })
  const following = await x.following(house.ada, { asPaginator: true, max_results: 10, ...USER_FIELDS })
  assert.ok(following instanceof UserFollowingV2Paginator)
  assert.deepEqual(ids(following.users), [house.bob])
  const followers = await x.followers(house.bob, { asPaginator: true, ...USER_FIELDS })
  assert.ok(followers instanceof UserFollowersV2Paginator)
  assert.deepEqual(ids(followers.users), [house.ada])
  assert.deepEqual((await x.unfollow(house.ada, house.bob)).data, { following: false })
  assert.deepEqual(await x.followers(house.bob), { meta: { result_count: 0 } })
})

test("muting", async () => {
  assert.deepEqual((await x.mute(house.ada, house.bob)).data, { muting: true })
  assert.deepEqual(ids((await x.userMutingUsers(house.ada, USER_FIELDS)).users), [house.bob])
  assert.deepEqual((await x.unmute(house.ada, house.bob)).data, { muting: false })
})

test("bookmarks", async () => {
  assert.deepEqual((await x.bookmark(house.post)).data, { bookmarked: true })
  assert.deepEqual(ids((await x.bookmarks(POST_FIELDS)).tweets), [house.post])
  assert.deepEqual((await x.deleteBookmark(house.post)).data, { bookmarked: false })
})

test("posts", async () => {
  const reply = (await x.reply("An answer", house.post)).data
  const quote = (await x.quote("Look", house.post)).data
  const found = await x.singleTweet(reply.id, POST_FIELDS)
  assert.deepEqual([found.data.text, found.data.edit_history_tweet_ids], ["An answer", [reply.id]])
  const includes = new TwitterV2IncludesHelper(found)
  assert.equal(includes.repliedTo(found.data).id, house.post)
  assert.equal(includes.repliedToAuthor(found.data).id, house.ada)
  const quoted = await x.singleTweet(quote.id, POST_FIELDS)
  assert.equal(new TwitterV2IncludesHelper(quoted).quote(quoted.data).id, house.post)
  for (const { id } of [reply, quote]) assert.deepEqual((await x.deleteTweet(id)).data, { deleted: true })
  assert.equal((await x.singleTweet(reply.id)).errors[0].type, "https://api.twitter.com/2/problems/resource-not-found")
})

test("timelines are fetched page by page, forth and back", async () => {
  for (const text of ["One", "Two", "Three"]) await x.tweet(text)
  const own = await x.userTimeline(house.ada, { max_results: 2, exclude: ["retweets"], ...POST_FIELDS })
  assert.ok(own instanceof TweetUserTimelineV2Paginator)
  assert.deepEqual(own.tweets.map((post) => post.text), ["Three", "Two"])
  const next = await own.next()
  assert.deepEqual(ids(next.tweets).slice(1), [house.post])
  assert.deepEqual(ids((await next.previous()).tweets), ids(own.tweets))
  await own.fetchLast(100)
  assert.equal(own.tweets.length, 4)
  assert.equal(own.includes.author(own.tweets[0]).id, house.ada)
  const home = await x.homeTimeline({ max_results: 3, ...POST_FIELDS })
  assert.ok(home instanceof TweetHomeTimelineV2Paginator)
  assert.deepEqual(ids(home.tweets), ids(own.tweets).slice(0, 3))
  assert.equal(home.rateLimit.limit, house.limit)
  assert.ok(home.rateLimit.remaining < house.limit && home.rateLimit.reset > Date.now() / 1000)
})

test("posts by their ids, and those of some time", async () => {
  const { data: made } = await x.tweet("Now")
  const found = await x.tweets([made.id, house.post, "999999999"], POST_FIELDS)
  assert.deepEqual(ids(found.data), [made.id, house.post])
  assert.equal(found.errors[0].resource_id, "999999999")
  const times = { start_time: "2020-01-01T00:00:00Z", end_time: new Date(Date.now() + 60_000).toISOString() }
  assert.ok(ids((await x.userTimeline(house.ada, times)).tweets).includes(made.id))
  assert.ok(ids((await x.homeTimeline(times)).tweets).includes(made.id))
  assert.deepEqual(await x.userTimeline(house.ada, { end_time: times.start_time }).then((page) => page.tweets), [])
  await x.deleteTweet(made.id)
})

test("it logs in, refreshes, and gives its token back", async () => {
  const { clientId, clientSecret, back } = house.app
  const reader = new TwitterApi({ clientId, clientSecret })
  const { url, codeVerifier, state } = reader.generateOAuth2AuthLink(back, { scope: house.scopes })
  const sent = await approves(url, house)
  assert.equal(sent.searchParams.get("state"), state)
  const code = sent.searchParams.get("code")
  const first = await reader.loginWithOAuth2({ code, codeVerifier, redirectUri: back })
  assert.deepEqual(first.scope, house.scopes)
  assert.equal((await login(first.accessToken).v2.me()).data.id, house.ada)
  const second = await reader.refreshOAuth2Token(first.refreshToken)
  assert.equal((await login(second.accessToken).v2.me()).data.id, house.ada)
  assert.equal((await refusal(() => login(first.accessToken).v2.me())).code, 401)
  assert.equal((await refusal(() => reader.refreshOAuth2Token("nonsense"))).code, 400)
  await reader.revokeOAuth2Token(second.accessToken)
  assert.equal((await refusal(() => login(second.accessToken).v2.me())).code, 401)
})

test("an app with key and secret reads in its own name", async () => {
  const { clientId: appKey, clientSecret: appSecret } = house.ownApp
  const app = await new TwitterApi({ appKey, appSecret }).appLogin()
  const token = app.getActiveTokens().bearerToken
  assert.equal((await login(token).v2.space(house.live)).data.id, house.live)
})

test("refusals have what the client reads", async () => {
  const bad = await refusal(() => x.searchSpaces({ query: "x".repeat(2049), state: "all" }))
  assert.deepEqual([bad.code, bad.isInvalidOAuthToken ?? false], [400, false])
  assert.ok("query" in bad.errors[0].parameters)
  const wrong = await refusal(() => login("wrong").v2.me())
  assert.deepEqual([wrong.code, wrong.isAuthError], [401, true])
  const narrow = await refusal(() => login(house.narrowToken).v2.tweet("Hello"))
  assert.deepEqual([narrow.code, narrow.data.type], [403, "https://api.twitter.com/2/problems/client-forbidden"])
})

test("the limit is told as the client knows it", async () => {
  const spent = login(house.otherToken).v2
  let error
  while (error === undefined) error = await spent.spaces([house.live]).then(() => undefined, (reason) => reason)
  assert.ok(error instanceof ApiResponseError)
  assert.deepEqual([error.code, error.rateLimitError, error.rateLimit.remaining], [429, true, 0])
})
