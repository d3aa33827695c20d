// Bluesky's own servers on loopback: the directory of identities (PLC), one personal data server (PDS) and the index
// that counts (AppView, with the bsync that it keeps private things in). Moderation (Ozone) is left out.
//
// Reads POSTGRES_URL, POSTGRES_PID and BYPASS_KEY; writes one line of JSON on stdout when all are ready. The line
// `settle` on stdin is answered by `settled` once the index has counted all that was taken; `end` says that stdin is
// closed on purpose. If it is closed without that, whoever started us is gone: then PostgreSQL ends with us, and what
// was written to TMPDIR is removed.
import fs from 'node:fs'
import net from 'node:net'
import readline from 'node:readline'

// The servers would listen on every interface. This must come before they are imported.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (where, ...rest) {
  if (typeof where === 'number') {
    const callback = rest.find((one) => typeof one === 'function')
    return listen.call(this, { port: where, host: '127.0.0.1' }, callback)
  }
  return listen.call(this, where, ...rest)
}

const { TestBsky, TestBsync, TestPds, TestPlc, mockNetworkUtilities } = await import('@atproto/dev-env')

const postgres = process.env.POSTGRES_URL
const running = []
let onPurpose = false
let stopping = false
let ending = false

process.on('uncaughtException', (error) => {
  if (stopping) return // servers that were still starting, and lose what they stand on
  console.error(error)
  process.exit(1)
})
async function stop() {
  stopping = true
  setTimeout(leave, 3000) // a server that does not end is left to the kernel
  for (const server of running.reverse()) await server.close().catch(() => {})
  await leave()
}
async function leave() {
  if (ending) return
  ending = true
  if (!onPurpose) await cleanUp(Number(process.env.POSTGRES_PID))
  process.exit(0)
}
async function cleanUp(pid) {
  try {
    process.kill(pid, 'SIGINT') // PostgreSQL: end now, and orderly
    for (let tries = 0; tries < 100; tries++) {
      process.kill(pid, 0)
      await new Promise((later) => setTimeout(later, 100))
    }
  } catch {} // gone
  fs.rmSync(process.env.TMPDIR, { recursive: true, force: true, maxRetries: 5 })
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {}) // who started us ends us
const asked = readline.createInterface({ input: process.stdin }).on('close', stop)

async function freePort() {
  const probe = net.createServer()
  await new Promise((ready) => probe.listen(0, ready))
  const { port } = probe.address()
  await new Promise((closed) => probe.close(closed))
  return port
}

const plc = await TestPlc.create({})
running.push(plc)
const bsync = await TestBsync.create({ apiKeys: ['a-key'], dbUrl: postgres, dbSchema: 'bsync' })
running.push(bsync)
const pdsPort = await freePort()
const index = await TestBsky.create({
  plcUrl: plc.url,
  pdsPort,
  repoProvider: `ws://localhost:${pdsPort}`,
  bsyncUrl: bsync.url,
  bsyncApiKey: 'a-key',
  dbPostgresUrl: postgres,
  dbPostgresSchema: 'appview',
  redisHost: 'unused.invalid',
})
running.push(index)
bsync.ctx.dataplaneClients = [index.ctx.dataplane]
const pds = await TestPds.create({
  port: pdsPort,
  hostname: 'localhost',
  didPlcUrl: plc.url,
  bskyAppViewUrl: index.url,
  bskyAppViewDid: index.ctx.cfg.serverDid,
  serviceHandleDomains: ['.test', '.bsky.example'],
  enableDidDocWithSession: true,
  rateLimitsEnabled: true,
  rateLimitBypassKey: process.env.BYPASS_KEY,
  blobUploadLimit: 50 * 1024 * 1024,
})
running.push(pds)
mockNetworkUtilities(pds, index)

async function settle() {
  await pds.processAll()
  const newest = (await pds.ctx.sequencer.curr()) ?? 0
  do await index.sub.processAll()
  while (((await index.sub.getCursor()) ?? 0) < newest && (await new Promise((later) => setTimeout(later, 5, true))))
  // An event that came between the two looks moves the cursor; its counts are added up in the background after that.
  await index.sub.processAll()
  await index.bsyncSub.processAll(await bsync.getStreamHeads())
}
asked.on('line', (line) => {
  if (line === 'end') onPurpose = true
  else settle().then(() => console.log('settled'), (error) => console.error(error))
})

console.log(JSON.stringify({ pds: pds.url, index: index.url }))
