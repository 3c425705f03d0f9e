/** Font of a chart's texts. */
export const font = '11px system-ui, sans-serif';

const context = document.createElement('canvas').getContext('2d');

/** Measures the width of a chart's text, in pixels. */
export function widthOf(text: string): number {
  if (!context) return 0;
  context.font = font;
  return Math.ceil(context.measureText(text).width);
}
