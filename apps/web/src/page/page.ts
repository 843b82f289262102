import { takeDropsAndPastes } from './intake/drop.ts';
import { mostFiles, readChosen } from './intake/read-entries.ts';
import { type FoundFile, sortFiles } from './intake/sort-files.ts';
import { h } from '../dom.ts';
import { byId, setText } from './lib/dom.ts';
import { plural } from './lib/format.ts';
import { linkedModel } from './model/model-address.ts';
import { ModelSession, type NamedSource } from './model/model-session.ts';
import { keepForOffline } from './offline/register.ts';
import { Classifier } from './pictures/classifier.ts';
import { PictureList } from './pictures/picture-list.ts';
import { problemOf } from './problems.ts';
import { CameraView } from './views/camera.ts';
import { GalleryView } from './views/gallery.ts';
import { showLoading } from './views/loading.ts';
import { ModelDialog } from './views/model-dialog.ts';
import { clearNotices, notify } from './views/notices.ts';
import { ResultsView } from './views/results.ts';
import { offerSamples } from './views/samples.ts';
import { StageView } from './views/stage.ts';
import { StatusBar } from './views/status-bar.ts';
import { offerThemes } from './views/theme.ts';
import { PictureView } from './views/picture.ts';

const base = import.meta.env.BASE_URL;

type View = 'empty' | 'picture' | 'gallery' | 'camera';

/** Brings index.html to life. */
export function createPage(): void {
  const demo: NamedSource = {
    name: 'Demo model',
    source: new URL(`${base}models/demo/`, document.baseURI),
  };
  const session = new ModelSession();
  const list = new PictureList();
  const classifier = new Classifier(list, session, notify);
  const dialog = new ModelDialog(session, demo);
  const status = new StatusBar(session);
  const gallery = new GalleryView(list, (picture) => show('picture', picture.id));
  const stage = new StageView(() => redraw());
  const results = new ResultsView((index) => {
    if (view === 'camera') camera.choose(index);
    else picture.choose(index);
  });
  const picture = new PictureView(list, session, classifier, stage, results);
  const camera = new CameraView(session, stage, results, {
    onTake: (blob) => {
      const time = new Date().toLocaleTimeString(undefined, { hour12: false });
      const [taken] = list.add([{ name: `Camera ${time}`, blob }]);
      show('picture', taken?.id);
    },
    onStop: () =>
      show(list.all.length === 0 ? 'empty' : list.all.length > 1 ? 'gallery' : 'picture'),
    onTime: (milliseconds) => status.showTime(milliseconds),
  });
  let view: View = 'empty';

  function show(next: View, id?: number): void {
    const before = view;
    const opened = list.open;
    view = next;
    document.body.dataset['view'] = next;
    if (before === 'camera' && next !== 'camera') camera.stop();
    byId('empty-view').hidden = next !== 'empty';
    byId('workspace').hidden = next !== 'picture' && next !== 'camera';
    byId('workspace').dataset['mode'] = next;
    byId('gallery').hidden = next !== 'gallery';
    if (before !== next) stage.showMap(undefined);
    list.setOpen(next === 'picture' ? (id ?? list.all[0]?.id) : undefined);
    if (next === 'camera') void camera.start();
    if (before !== next) {
      if (next === 'gallery') gallery.focus(opened);
      else if (next === 'empty') byId('main').focus();
      else byId('stage-name').focus();
      scrollTo({ top: 0 });
    }
  }

  function redraw(): void {
    const { open } = list;
    const several = list.all.length > 1;
    byId('back').hidden = !several || view !== 'picture';
    byId('stepper').hidden = !several || view !== 'picture';
    if (view === 'camera') camera.draw();
    else picture.draw();
    if (!open) return;
    if (open.result) status.showTime(open.result.milliseconds);
    const { shown } = gallery;
    const place = shown.findIndex(({ id }) => id === open.id);
    setText(byId('position'), `${place + 1} / ${shown.length}`);
    byId('previous', HTMLButtonElement).disabled = place <= 0;
    byId('next', HTMLButtonElement).disabled = place < 0 || place === shown.length - 1;
  }

  function step(by: number): void {
    const { shown } = gallery;
    const next = shown[shown.findIndex(({ id }) => id === list.open?.id) + by];
    if (view === 'picture' && next) show('picture', next.id);
  }

  function take(files: readonly FoundFile[]): void {
    const { pictures, model, lonely, others } = sortFiles(files);
    clearNotices();
    if (files.length >= mostFiles) {
      notify(
        {
          title: `Only the first ${mostFiles} files were read`,
          text: 'Drop smaller folders, one after another.',
        },
        { kind: 'note' },
      );
    }
    if (model) void dialog.load({ name: model.name, source: model });
    else if (lonely) {
      notify({
        title:
          lonely === 'config' ? 'Only half a model: config.json' : 'Only half a model: weights',
        text: 'Drop config.json and model.safetensors together, or the folder that holds both.',
      });
    }
    if (pictures.length === 0) {
      if (!model && !lonely) notify(nothingUsable(others));
      return;
    }
    if (others.length > 0) {
      notify(
        {
          title: `${plural(others.length, 'file')} left out`,
          text: `Neither pictures nor a model: ${names(others)}.`,
        },
        { kind: 'note' },
      );
    }
    const added = list.add(pictures.map(({ path, file }) => ({ name: path, blob: file })));
    if (added.length === 1) show('picture', added[0]?.id);
    else show('gallery');
  }

  /** The first model of a visit: where it cannot be had, the page says so and can try again. */
  async function begin(source: NamedSource): Promise<void> {
    if (await session.load(source)) return;
    const { problem } = session.state.value;
    if (!problem) return;
    const again = h('button', { type: 'button', class: 'button quiet' }, 'Try again');
    const close = notify(problem, { actions: [again] });
    again.addEventListener('click', () => {
      close();
      void begin(source);
    });
  }

  fillToolbars();
  const pickers = {
    choose: 'choose-pictures',
    'choose-model': 'choose-model',
    'choose-folder': 'choose-folder',
  };
  for (const [action, id] of Object.entries(pickers)) {
    const input = byId(id, HTMLInputElement);
    onAction(action, () => input.click());
    input.addEventListener('change', () => {
      if (input.files && input.files.length > 0) take(readChosen(input.files));
      input.value = '';
    });
  }
  onAction('camera', () => {
    clearNotices();
    show('camera');
  });
  onAction('reset', () => {
    clearNotices();
    list.clear();
    status.showTime(undefined);
    show('empty');
  });
  byId('back').addEventListener('click', () => show('gallery'));
  byId('previous').addEventListener('click', () => step(-1));
  byId('next').addEventListener('click', () => step(1));
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (document.querySelector('dialog[open]') || isTyping(event.target)) return;
    if (event.key === 'ArrowLeft') step(-1);
    else if (event.key === 'ArrowRight') step(1);
    else if (event.key === 'Escape' && view === 'camera') byId('camera-stop').click();
    else if (event.key === 'Escape' && !byId('back').hidden) show('gallery');
  });

  list.changes.watch(() => redraw());
  session.state.watch((state) => {
    showLoading(
      state,
      list.all.some(({ status }) => status === 'waiting'),
    );
    if (state.loading && !state.current) results.reset();
    redraw();
  });
  session.onSwitch((reason, message) => {
    if (reason === 'lost') notify({ title: 'The network moved', text: message }, { kind: 'note' });
    void classifier.again();
  });
  takeDropsAndPastes(take);
  offerThemes();
  offerSamples(
    base,
    (name, blob) => {
      const [added] = list.add([{ name, blob }]);
      show('picture', added?.id);
    },
    (error) => notify(problemOf(error)),
  );
  void begin(linkedModel(location.href) ?? demo);
  keepForOffline(session);
}

/** The toolbars of one picture and of the grid end in the same buttons. */
function fillToolbars(): void {
  const { content } = byId('picture-actions', HTMLTemplateElement);
  for (const toolbar of document.querySelectorAll('.picture-actions')) {
    toolbar.append(content.cloneNode(true));
  }
}

function onAction(action: string, listener: () => void): void {
  for (const button of document.querySelectorAll(`[data-action="${action}"]`)) {
    button.addEventListener('click', listener);
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input, select, textarea');
}

function names(files: readonly FoundFile[]): string {
  const listed = files.slice(0, 3).map(({ path }) => path);
  return files.length > 3 ? `${listed.join(', ')} and ${files.length - 3} more` : listed.join(', ');
}

function nothingUsable(others: readonly FoundFile[]) {
  return others.length === 0
    ? {
        title: 'Nothing to classify',
        text: 'That was empty. Choose pictures, or a folder of them.',
      }
    : {
        title: 'Not a picture',
        text: `${names(others)}: neither a picture nor a model. JPEG, PNG, WebP, GIF, BMP and AVIF can be read.`,
      };
}
