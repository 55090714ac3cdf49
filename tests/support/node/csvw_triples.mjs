// Prints, as N-Triples, what rdf-parser-csvw makes of CSV files with their metadata. It gets a JSON
// list of tables on standard input: each the path of a file and the description of that table.
import { createReadStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { JsonLdParser } from 'jsonld-streaming-parser'
import { Store, Writer } from 'n3'
import CsvwParser from 'rdf-parser-csvw'

// The terms of http://www.w3.org/ns/csvw that our metadata uses, as its context defines them.
const CONTEXT = {
  '@context': {
    '@vocab': 'http://www.w3.org/ns/csvw#',
    xsd: 'http://www.w3.org/2001/XMLSchema#',
    dc: 'http://purl.org/dc/terms/',
    rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
    anyURI: 'xsd:anyURI',
    decimal: 'xsd:decimal',
    integer: 'xsd:integer',
    string: 'xsd:string',
    url: { '@id': 'url', '@type': '@id' },
    columns: { '@id': 'column', '@type': '@id', '@container': '@list' },
    datatype: { '@type': '@vocab' },
    dialect: { '@type': '@id' },
    name: { '@language': null },
    null: { '@language': null },
    aboutUrl: { '@language': null },
    propertyUrl: { '@language': null },
    valueUrl: { '@language': null },
    delimiter: { '@language': null },
    encoding: { '@language': null },
    lineTerminators: { '@language': null },
    titles: { '@id': 'title', '@container': '@language' }
  }
}

async function metadataOf (table) {
  const parser = new JsonLdParser({
    baseIRI: 'https://csvw.example/',
    documentLoader: { load: async () => CONTEXT }
  })
  const store = new Store()
  for await (const quad of Readable.from([JSON.stringify(table)]).pipe(parser)) store.addQuad(quad)
  return store
}

const writer = new Writer(process.stdout, { format: 'N-Triples', end: false })
for (const { path, table } of JSON.parse(readFileSync(0, 'utf8'))) {
  const metadata = await metadataOf(table)
  const parser = new CsvwParser({ metadata, baseIRI: 'https://csvw.example/' + table.url })
  for await (const quad of parser.import(createReadStream(path))) writer.addQuad(quad)
}
await new Promise(resolve => writer.end(resolve))
