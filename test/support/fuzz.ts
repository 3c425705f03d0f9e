/** How many requests of each kind the suite makes up. */
export const requestsOf = { documents: 1200, atSocket: 200, addresses: 500, bodies: 1000 };
