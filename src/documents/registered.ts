import { LRUCache } from 'lru-cache';

/** Documents that clients registered under their hashes, as Apollo's link does, in memory. */
export interface RegisteredDocuments {
  readonly find: (hash: string) => string | undefined;
  /** Keeps a text whose hash was checked, in the share of whoever sent it. */
  readonly register: (hash: string, text: string, sender: string) => void;
}

export interface RegisterLimits {
  /** Whose documents are kept: those whose documents were used last. */
  readonly senders: number;
  /** What each may have, in characters. */
  readonly characters: number;
}

/** What a document takes beside its text, as if it were characters. */
const ownCharacters = 500;

/** One sender's documents help everybody; they only ever push out that sender's own. */
export function createRegister({ senders, characters }: RegisterLimits): RegisteredDocuments {
  const senderOf = new Map<string, string>();
  const forget = (_: unknown, hash: string) => senderOf.delete(hash);
  const shares = new LRUCache<string, LRUCache<string, string>>({ max: senders, dispose: (share) => share.clear() });
  const createShare = () =>
    new LRUCache<string, string>({
      maxSize: characters,
      sizeCalculation: ({ length }) => ownCharacters + length,
      dispose: forget,
    });
  return {
    find: (hash) => shares.get(senderOf.get(hash) ?? '')?.get(hash),
    register(hash, text, sender) {
      if (senderOf.has(hash)) return;
      const share = shares.get(sender) ?? createShare();
      shares.set(sender, share);
      share.set(hash, text);
      if (share.has(hash)) senderOf.set(hash, sender);
    },
  };
}
