import type { ActivationMap, Classification, Prediction, WebPredictor } from '../../types.ts';
import { mostClasses } from '../pictures/classifier.ts';
import { isCode } from '../problems.ts';
import { LiveAverage } from './live-average.ts';

/** Milliseconds over which the bars of the camera are averaged. */
const fade = 250;

export interface LiveAnswer {
  readonly predictions: readonly Prediction[];
  readonly map?: ActivationMap;
  readonly milliseconds: number;
  readonly width: number;
  readonly height: number;
}

export interface CameraHooks {
  /** The model in use at that moment; undefined while none is ready. */
  predictor(): WebPredictor | undefined;
  /** The class whose map is wanted, `true` for the likeliest, `false` for none. */
  wantedMap(): boolean | number;
  onAnswer(answer: LiveAnswer): void;
  onError(error: unknown): void;
}

/** A running camera: shows its video and classifies it, one frame in flight at a time. */
export class CameraSession {
  readonly video: HTMLVideoElement;
  readonly #hooks: CameraHooks;
  #stream: MediaStream | undefined;
  #run = 0;
  #facing: 'environment' | 'user' = 'environment';

  constructor(video: HTMLVideoElement, hooks: CameraHooks) {
    this.video = video;
    this.#hooks = hooks;
  }

  get isRunning(): boolean {
    return this.#stream !== undefined;
  }

  /** Whether the picture is that of a camera that looks at its user, and is shown as in a mirror. */
  get isMirrored(): boolean {
    return this.#stream?.getVideoTracks()[0]?.getSettings().facingMode === 'user';
  }

  /**
   * Asks for the camera and starts; does nothing more, and throws nothing, once it is stopped.
   *
   * @throws DOMException NotAllowedError, NotFoundError, NotReadableError: see camera-problem.ts
   */
  async start(): Promise<void> {
    this.stop();
    const run = this.#run;
    try {
      await this.#begin(run);
    } catch (error) {
      if (run === this.#run) throw error;
    }
  }

  async #begin(run: number): Promise<void> {
    if (!('mediaDevices' in navigator)) {
      throw new DOMException('no camera outside of a secure context', 'SecurityError');
    }
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      // Far more than a net sees, and a third of the memory and time of 1280 x 720.
      video: { facingMode: this.#facing, width: { ideal: 640 }, height: { ideal: 480 } },
    });
    // Stopped while the browser asked.
    if (run !== this.#run) {
      end(stream);
      return;
    }
    this.#stream = stream;
    stream.getVideoTracks()[0]?.addEventListener('ended', () => {
      if (run === this.#run) this.#hooks.onError(new DOMException('unplugged', 'NotReadableError'));
    });
    this.video.srcObject = stream;
    await this.video.play();
    this.#loop(run, new LiveAverage(fade));
  }

  /** Lets go of the camera: its light goes out. */
  stop(): void {
    this.#run += 1;
    if (this.#stream) end(this.#stream);
    this.#stream = undefined;
    this.video.srcObject = null;
  }

  /** The other camera of a phone. */
  async flip(): Promise<void> {
    this.#facing = this.#facing === 'environment' ? 'user' : 'environment';
    await this.start();
  }

  /** How many cameras there are; known once one was allowed. */
  async count(): Promise<number> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === 'videoinput').length;
  }

  /** What the camera shows, as a JPEG. */
  async take(): Promise<Blob> {
    const { videoWidth, videoHeight } = this.video;
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext('2d')?.drawImage(this.video, 0, 0);
    return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  }

  /** A frame when the video has a new one and the last was answered: none piles up. */
  #loop(run: number, average: LiveAverage): void {
    const next = (): void => {
      if (run !== this.#run) return;
      if ('requestVideoFrameCallback' in this.video) {
        this.video.requestVideoFrameCallback(() => void step());
      } else {
        requestAnimationFrame(() => void step());
      }
    };
    const step = async (): Promise<void> => {
      if (run !== this.#run) return;
      const predictor = this.#hooks.predictor();
      try {
        if (predictor) {
          const answer = await this.#classify(predictor);
          if (run !== this.#run) return;
          const predictions = average.add(answer.predictions, performance.now());
          this.#hooks.onAnswer({ ...answer, predictions });
        }
      } catch (error) {
        if (run !== this.#run) return;
        // The model was replaced; or a frame came to nothing, as happens when a camera turns.
        if (!isCode(error, 'DISPOSED') && !isCode(error, 'IMAGE_UNREADABLE')) {
          this.#hooks.onError(error);
          return;
        }
        average = new LiveAverage(fade);
      }
      next();
    };
    next();
  }

  #classify(predictor: WebPredictor): Promise<Classification> {
    const { labels, hasActivationMaps } = predictor.model;
    return predictor.classify(this.video, {
      topK: Math.min(labels.length, mostClasses),
      map: hasActivationMaps ? this.#hooks.wantedMap() : false,
    });
  }
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
