import { LRUCache } from 'lru-cache';

/** Documents that clients registered under their hashes, as Apollo's link does; kept in memory. */
export interface RegisteredDocuments {
  readonly find: (hash: string) => string | undefined;
  /** Keeps a text whose hash was verified, and charges it to its sender. */
  readonly register: (hash: string, text: string, sender: string) => void;
}

export interface RegisterLimits {
  /** Maximum number of senders; beyond it, the one whose documents were used least recently loses them. */
  readonly senders: number;
  /** Maximum number of characters per sender. */
  readonly characters: number;
}

/** Overhead of a document, expressed in characters. */
const ownCharacters = 500;

/**
 * Creates the register. Everybody may use a sender's documents. A new document displaces only those of its own sender,
 * unless there are too many senders.
 */
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
