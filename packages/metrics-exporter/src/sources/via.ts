/** Request header with the exporters that a scrape came through, so that a ring of them ends. */
export const viaHeader = "x-outrigger-scraped-by";
