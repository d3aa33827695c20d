// Bluesky's own servers on loopback: the directory of identities (PLC), one personal data server (PDS) and the index
// that counts (AppView, with the bsync that it keeps private things in). Moderation (Ozone) is left out.
//
// Reads POSTGRES_URL and BYPASS_KEY; writes one line of JSON on stdout when all are ready. Each line on stdin is then
// answered by `settled` once the index has counted all that was taken. Ends at SIGTERM, SIGINT, or when its stdin is
// closed: whoever started it is gone then, however that happened.
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
async function stop(code) {
  setTimeout(() => process.exit(code), 3000).unref() // a server that does not end is left to the kernel
  for (const server of running.reverse()) await server.close().catch(() => {})
  process.exit(code)
}
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop(0))
const asked = readline.createInterface({ input: process.stdin }).on('close', () => stop(0))

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
  await index.bsyncSub.processAll(await bsync.getStreamHeads())
}
asked.on('line', () => settle().then(() => console.log('settled'), (error) => console.error(error)))

console.log(JSON.stringify({ pds: pds.url, index: index.url }))
