import type { Page } from 'playwright-core';

/** Sets the window's width, and waits until the charts have redrawn. */
export async function resize(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 1000 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0)))));
}

/**
 * Lists texts that a page hides: overflowing elements, texts that are cut without their full text elsewhere, labels cut
 * by a canvas.
 */
export const hiddenIn = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.slice(0, 60)}"`;
    // Tables of numbers may be wider than a phone.
    const isExempt = (element: Element) => element.closest('.hidden, option, datalist, noscript, table') !== null;
    const texts = [...document.body.querySelectorAll<HTMLElement>('*')].filter(
      (element) =>
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) &&
        element.getClientRects().length > 0 &&
        !isExempt(element),
    );
    const isNamed = (element: Element) =>
      element.closest('[title]')?.getAttribute('title') !== '' && element.closest('[title]');
    const scrolled = texts.filter(
      (element) => getComputedStyle(element).display !== 'inline' && element.scrollWidth > element.clientWidth + 1,
    );
    const outside = texts.filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      for (let box = element.parentElement; box; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box);
        const bounds = box.getBoundingClientRect();
        if (overflowX !== 'visible' && (left < bounds.left - 1 || right > bounds.right + 1)) return true;
      }
      return left < -1 || right > innerWidth + 1;
    });
    const cut = [...new Set([...scrolled, ...outside])].filter((element) => !isNamed(element)).map(nameOf);
    /** A copy to read pixels from, so that the chart's own canvas is not read. */
    const column = Object.assign(document.createElement('canvas'), { width: 1, height: 1000 });
    const context = column.getContext('2d', { willReadFrequently: true });
    const isBlank = (canvas: HTMLCanvasElement, x: number) => {
      context?.clearRect(0, 0, 1, column.height);
      context?.drawImage(canvas, -x, 0);
      return context?.getImageData(0, 0, 1, column.height).data.every((value) => value === 0);
    };
    const canvases = [...document.querySelectorAll('canvas')].filter(
      (canvas) => !isBlank(canvas, 0) || !isBlank(canvas, canvas.width - 1),
    );
    const { scrollWidth } = document.documentElement;
    return [
      ...(scrollWidth > innerWidth ? [`the page, which is ${scrollWidth} wide`] : []),
      ...cut,
      ...canvases.map(
        (canvas) => `a label of the chart "${canvas.closest('[aria-label]')?.getAttribute('aria-label')}"`,
      ),
    ];
  });
