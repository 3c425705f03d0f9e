/** What a chart writes with. */
export const font = '11px system-ui, sans-serif';

const context = document.createElement('canvas').getContext('2d');

/** The pixels that a chart needs for a text. */
export function widthOf(text: string): number {
  if (!context) return 0;
  context.font = font;
  return Math.ceil(context.measureText(text).width);
}
