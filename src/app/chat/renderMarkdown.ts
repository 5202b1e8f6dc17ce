// Answers are untrusted markdown. The source is parsed, and the *parsed document* is sanitised: no scripts, styles, forms,
// frames, remote images; links only to http(s) and mail, opened apart from this page. The result is DOM, never a string.
import DOMPurify from 'dompurify';
import { marked } from 'marked';

const allowedTags = [
  'p',
  'br',
  'hr',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'strong',
  'em',
  'del',
  'code',
  'pre',
  'blockquote',
  'ul',
  'ol',
  'li',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'a',
  'sup',
  'sub',
];
const allowedLinks = /^(https?:|mailto:)/i;

/** The markdown as a sanitised fragment of the current document. */
export function renderMarkdown(source: string): DocumentFragment {
  const html = marked.parse(source, { async: false, gfm: true, breaks: true });
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: ['href', 'title', 'start', 'align'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: allowedLinks,
    RETURN_DOM_FRAGMENT: true,
  });
  // Each block has the direction of its own text; code is always left to right.
  for (const block of fragment.querySelectorAll<HTMLElement>('p, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, table'))
    block.dir = 'auto';
  for (const code of fragment.querySelectorAll('pre')) code.dir = 'ltr';
  for (const link of fragment.querySelectorAll('a')) {
    // The sanitiser removed addresses that are not allowed, such as those into this app: only the link's text stays.
    if (!link.hasAttribute('href')) {
      link.replaceWith(...link.childNodes);
      continue;
    }
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
  }
  return fragment;
}
