/** Number of requests of each kind that the suite generates. */
export const requestsOf = { documents: 1200, atSocket: 200, addresses: 500, bodies: 1000 };
